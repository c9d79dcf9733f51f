import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { newTimeId } from '../../../platform/ids.ts';
import { startApi } from '../../../testing/api.ts';

test('the timeline tells what happened, to people of the organization only', async () => {
  await using api = await startApi();
  const integrationId = (await api.admin.post('integrations/', { type: 'webhook', name: 'dock' })).body.id;
  const now = api.clock.now();
  const id = newTimeId('I', now);
  await sql`insert into alert_group (organization_id, id, number, integration_id, grouping_key, title, received_at, started_at)
    values (${api.admin.org}, ${id}, 1, ${integrationId}, ${id}, 'Crane stuck', ${now}, ${now})`.execute(api.db);
  await api.admin.post(`alert_groups/${id}/acknowledge/`);
  const answer = await api.admin.get(`alert_groups/${id}/timeline/`);
  expect(answer.body).toEqual({
    results: [
      {
        realm: 'alert_group',
        type: 0,
        created_at: '2026-03-02T09:00:00Z',
        action: 'acknowledged by {{author}} via API',
        author: { id: api.admin.id, username: 'ada', name: expect.any(String) },
        escalation_chain: null,
        schedule: null,
        webhook: null,
        error_code: null,
      },
    ],
  });
  const stranger = await api.user('eve', 'admin', await api.organization('Elsewhere'));
  expect((await stranger.get(`alert_groups/${id}/timeline/`)).status).toBe(404);
});
