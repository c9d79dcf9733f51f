import { expect, test } from 'vitest';
import { IngestWorld } from '../../testing/ingest-world.ts';

test('an alert becomes a numbered alert group with its records, and a second one joins it', async () => {
  await using world = await IngestWorld.start();
  const integration = await world.integration('formatted_webhook');
  await world.sendAll(integration, [
    { alert_uid: 'a', title: 'Disk full', message: 'one' },
    { alert_uid: 'a', title: 'Disk fuller' },
  ]);
  const [group, ...others] = await world.groups();
  expect(others).toEqual([]);
  expect(group).toMatchObject({
    number: 1,
    title: 'Disk full',
    alerts_count: 2,
    state: 'firing',
    route_id: integration.defaultRouteId,
  });
  const alerts = await world.alerts(group?.id);
  expect(alerts.map((alert) => JSON.parse(alert.payload).title)).toEqual(['Disk full', 'Disk fuller']);
  expect(group?.first_alert_id).toBe(alerts[0]?.id);
  expect(group?.last_alert_id).toBe(alerts[1]?.id);
  expect((await world.records(group?.id ?? '')).map((record) => record.type)).toEqual([21, 22]);
});
