/**
 * Which shards go into which batches. A batch takes as many shards as fill it, so that little work is one transaction and much work is
 * spread over several, which other processes can take too.
 * @param first index of the shard to begin with: a different one each time, so that no shard is always last
 */
export function planBatches(
  waiting: readonly { shard: number; alerts: number }[],
  { limit, most, first }: { limit: number; most: number; first: number },
): number[][] {
  const turned = [
    ...waiting.slice(first % Math.max(1, waiting.length)),
    ...waiting.slice(0, first % Math.max(1, waiting.length)),
  ];
  const batches: number[][] = [];
  let alerts = limit;
  for (const { shard, alerts: more } of turned) {
    const current = batches.at(-1);
    if (current !== undefined && alerts < limit) current.push(shard);
    else if (batches.length < most) {
      batches.push([shard]);
      alerts = 0;
    } else break;
    alerts += more;
  }
  return batches;
}
