import { expect, test } from 'vitest';
import { planBatches } from './plan-batches.ts';

const waiting = (...alerts: number[]) => alerts.map((count, shard) => ({ shard, alerts: count }));

test.each([
  ['nothing waits', waiting(), 0, []],
  ['little work is one batch', waiting(1, 2, 3), 0, [[0, 1, 2]]],
  ['a batch ends with the shard that fills it', waiting(400, 400, 1), 0, [[0, 1], [2]]],
  ['what is beyond the batches waits', waiting(500, 500, 500), 0, [[0], [1]]],
  ['another shard comes first each time', waiting(500, 500, 500), 2, [[2], [0]]],
])('%s', (_fact, shards, first, batches) => {
  expect(planBatches(shards, { limit: 500, most: 2, first })).toEqual(batches);
});
