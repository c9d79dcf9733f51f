/**
 * Integrations are spread over shards, each handled by one pipeline at a time, so that the alerts of one integration keep their
 * order. An integration that used up a template budget goes to the twin of its shard, where it delays no other.
 */
export const SHARDS = 16;

/** FNV-1a. */
export function homeShard(integrationId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < integrationId.length; i += 1) hash = Math.imul(hash ^ integrationId.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % SHARDS;
}

/** The twin for slow integrations of a home shard. */
export const slowShard = (home: number): number => home + SHARDS;
export const isSlowShard = (shard: number): boolean => shard >= SHARDS;
