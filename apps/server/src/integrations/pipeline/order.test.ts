import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { createTemplates } from '../../templates/index.ts';
import { IngestWorld, type TestIntegration } from '../../testing/ingest-world.ts';
import { inlineRenderer } from '../../testing/inline-renderer.ts';
import { startPipeline } from '../index.ts';

let world: IngestWorld;
beforeAll(async () => {
  world = await IngestWorld.start({ batchLimit: 7 });
});
afterAll(() => world[Symbol.asyncDispose]());

test('three pipelines beside each other keep the order of every integration, and lose and repeat nothing', async () => {
  const others = [1, 2].map(() =>
    startPipeline({
      db: world.db,
      hub: world.hub,
      clock: world.clock,
      log: createLogger({ level: 'silent' }),
      templates: createTemplates({ clock: world.clock, pool: inlineRenderer }),
      ports: world.ports,
      manual: true,
      batchLimit: 5,
    }),
  );
  const integrations = await Promise.all(Array.from({ length: 4 }, () => world.integration('formatted_webhook')));
  const PER_INTEGRATION = 40;
  let sending = true;
  const feed = async (integration: TestIntegration) => {
    for (let n = 0; n < PER_INTEGRATION; n += 1) {
      await world.send(integration, { alert_uid: 'k', title: String(n), state: n % 4 === 3 ? 'ok' : 'alerting' });
    }
  };
  const drain = async (pipeline: { loops: readonly { runUntilIdle(): Promise<number> }[] }) => {
    while (sending) for (const loop of pipeline.loops) await loop.runUntilIdle();
  };
  const drains = [world.pipeline, ...others].map(drain);
  await Promise.all(integrations.map(feed));
  sending = false;
  await Promise.all(drains);
  await world.settle();
  for (const integration of integrations) {
    const groups = await world.groups(integration);
    expect(groups).toHaveLength(PER_INTEGRATION / 4);
    const titles: string[] = [];
    for (const group of groups) {
      expect(group).toMatchObject({ state: 'resolved', alerts_count: 4 });
      titles.push(...(await world.alerts(group.id)).map((alert) => JSON.parse(alert.payload).title));
    }
    expect(titles).toEqual(Array.from({ length: PER_INTEGRATION }, (_, n) => String(n)));
  }
  await Promise.all(others.map((pipeline) => pipeline.stop()));
}, 60_000);

test.each<[fact: string, behindMs: number, earlierMs: number]>([
  ['a moment behind: its alerts stand behind those before them', 400, 0],
  ['set back by a minute: it is believed', 60_000, 60_000],
])('a process whose clock is %s', async (_fact, behindMs, earlierMs) => {
  const clock = createTestClock(new Date(world.clock.now().getTime() - behindMs));
  const behind = startPipeline({
    db: world.db,
    hub: world.hub,
    clock,
    log: createLogger({ level: 'silent' }),
    templates: createTemplates({ clock, pool: inlineRenderer }),
    ports: world.ports,
    manual: true,
  });
  const integration = await world.integration('formatted_webhook');
  await world.send(integration, { alert_uid: 'k', title: '0', state: 'alerting' });
  await world.settle();
  await world.send(integration, { alert_uid: 'k', title: '1', state: 'ok' });
  for (const loop of behind.loops) await loop.runUntilIdle();
  await behind.stop();
  const [group] = await world.groups(integration);
  expect(group).toMatchObject({ state: 'resolved', alerts_count: 2 });
  const alerts = await world.db
    .selectFrom('alert')
    .select(['payload', 'created_at'])
    .where('alert_group_id', '=', group?.id ?? '')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  const [first, second] = behindMs > 1_000 ? alerts.reverse() : alerts;
  expect([first, second].map((alert) => JSON.parse(alert?.payload ?? '').title)).toEqual(['0', '1']);
  expect(Number(first?.created_at) - Number(second?.created_at)).toBe(earlierMs);
});
