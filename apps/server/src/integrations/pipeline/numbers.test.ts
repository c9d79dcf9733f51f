import { expect, test, vi } from 'vitest';
import { createLogger } from '../../platform/log.ts';
import { createTemplates } from '../../templates/index.ts';
import { IngestWorld } from '../../testing/ingest-world.ts';
import { inlineRenderer } from '../../testing/inline-renderer.ts';
import { startPipeline } from '../index.ts';
import { homeShard } from '../shards.ts';

test('a batch that takes long holds up no other of its organization, and a failed one leaves a gap in the numbers', async () => {
  let breakOff: (err: Error) => void = () => undefined;
  const slow = new Promise<void>((_, reject) => {
    breakOff = reject;
  });
  let isFirst = true;
  await using world = await IngestWorld.start({
    ports: (ports) => ({
      ...ports,
      async startRuns(tx, groups, now) {
        const wait = isFirst;
        isFirst = false;
        if (wait) await slow;
        await ports.startRuns(tx, groups, now);
      },
    }),
  });
  const other = startPipeline({
    db: world.db,
    hub: world.hub,
    clock: world.clock,
    log: createLogger({ level: 'silent' }),
    templates: createTemplates({ clock: world.clock, pool: inlineRenderer }),
    ports: world.ports,
    manual: true,
  });
  const here = await world.integration('webhook');
  let elsewhere = await world.integration('webhook');
  while (homeShard(elsewhere.id) === homeShard(here.id)) elsewhere = await world.integration('webhook');
  await world.send(here, { title: 'slow' });
  const handled = world.settle();
  await vi.waitFor(() => expect(isFirst).toBe(false));

  await world.send(elsewhere, { title: 'quick' });
  for (const loop of other.loops) await loop.runUntilIdle();
  expect((await world.groups()).map(({ number }) => number)).toEqual([2]);

  breakOff(Object.assign(new Error('the connection broke'), { code: '08006' }));
  await expect(handled).rejects.toThrow('a batch of alerts failed');
  await world.settle();
  expect((await world.groups()).map(({ number }) => number)).toEqual([2, 3]);
  await other.stop();
});
