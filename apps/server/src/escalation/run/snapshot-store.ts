import { type Selectable, sql } from 'kysely';
import type { Tx } from '../../platform/db/database.ts';
import { rowSet } from '../../platform/db/row-set.ts';
import type { EscalationStepTable } from '../settings/tables.ts';
import { stepFromRow } from '../step-row.ts';
import { type ChainSnapshot, snapshotHash } from './snapshot.ts';

export type ChainRef = { organizationId: string; chainId: string };

const chainKey = (organizationId: string, chainId: string): string => `${organizationId} ${chainId}`;

/** Takes chains as they are now and keeps what was not kept before. @returns the hash of each, by `chainKey`; a chain that is gone is missing */
export async function takeSnapshots(tx: Tx, refs: readonly ChainRef[], now: Date): Promise<(ref: ChainRef) => string | null> {
  const unique = [...new Map(refs.map((ref) => [chainKey(ref.organizationId, ref.chainId), ref])).values()];
  if (unique.length === 0) return () => null;
  const { rows } = await sql<{
    organization_id: string;
    id: string;
    name: string;
    steps: Selectable<EscalationStepTable>[] | null;
  }>`
    select c.organization_id, c.id, c.name, (
        select json_agg(s order by s.position) from escalation_step s
        where s.organization_id = c.organization_id and s.escalation_chain_id = c.id) as steps
    from unnest(${unique.map((ref) => ref.organizationId)}::text[], ${unique.map((ref) => ref.chainId)}::text[]) as wanted (organization_id, id)
    join escalation_chain c using (organization_id, id)`.execute(tx);
  const hashes = new Map<string, string>();
  const taken = new Map<string, { organization_id: string; hash: string; content: ChainSnapshot; created_at: Date }>();
  for (const row of rows) {
    const content: ChainSnapshot = { chain: { id: row.id, name: row.name }, steps: (row.steps ?? []).map(stepFromRow) };
    const hash = snapshotHash(content);
    hashes.set(chainKey(row.organization_id, row.id), hash);
    taken.set(`${row.organization_id} ${hash}`, { organization_id: row.organization_id, hash, content, created_at: now });
  }
  const columns = { organization_id: 'text', hash: 'text', content: 'jsonb', created_at: 'timestamptz' } as const;
  // Looked up first, so that concurrent starts from one chain do not wait for each other.
  await sql`
    insert into chain_snapshot (organization_id, hash, content, created_at)
    select s.organization_id, s.hash, s.content, s.created_at from ${rowSet('s', columns, [...taken.values()])}
    where not exists (select from chain_snapshot c where c.organization_id = s.organization_id and c.hash = s.hash)
    order by s.organization_id, s.hash
    on conflict do nothing`.execute(tx);
  return (ref) => hashes.get(chainKey(ref.organizationId, ref.chainId)) ?? null;
}

/** A chain as it is now, as a snapshot that nobody keeps; null when there is no such chain. */
export async function readChain(tx: Tx, organizationId: string, chainId: string): Promise<ChainSnapshot | null> {
  const { rows } = await sql<{ id: string; name: string; steps: Selectable<EscalationStepTable>[] | null }>`
    select c.id, c.name, (
        select json_agg(s order by s.position) from escalation_step s
        where s.organization_id = c.organization_id and s.escalation_chain_id = c.id) as steps
    from escalation_chain c where c.organization_id = ${organizationId} and c.id = ${chainId}`.execute(tx);
  const row = rows[0];
  return row === undefined ? null : { chain: { id: row.id, name: row.name }, steps: (row.steps ?? []).map(stepFromRow) };
}

/** Snapshots never change, so that they can be kept in memory. */
export class SnapshotCache {
  readonly #byKey = new Map<string, ChainSnapshot>();
  readonly #limit: number;

  constructor(limit = 2_000) {
    this.#limit = limit;
  }

  /** Reads snapshots, those not in memory with one statement. A row that is gone is missing from the answer. */
  async load(
    tx: Tx,
    refs: readonly { organizationId: string; hash: string }[],
  ): Promise<(organizationId: string, hash: string) => ChainSnapshot | null> {
    const found = new Map<string, ChainSnapshot>();
    const missing = new Map<string, { organizationId: string; hash: string }>();
    for (const ref of refs) {
      const key = `${ref.organizationId} ${ref.hash}`;
      const kept = this.#byKey.get(key);
      if (kept === undefined) missing.set(key, ref);
      else found.set(key, kept);
    }
    if (missing.size > 0) {
      const wanted = [...missing.values()];
      const { rows } = await sql<{ organization_id: string; hash: string; content: ChainSnapshot }>`
        select c.organization_id, c.hash, c.content
        from unnest(${wanted.map((ref) => ref.organizationId)}::text[], ${wanted.map((ref) => ref.hash)}::text[]) as w (organization_id, hash)
        join chain_snapshot c using (organization_id, hash)`.execute(tx);
      for (const row of rows) {
        const key = `${row.organization_id} ${row.hash}`;
        found.set(key, row.content);
        this.#keep(key, row.content);
      }
    }
    return (organizationId, hash) => found.get(`${organizationId} ${hash}`) ?? null;
  }

  #keep(key: string, snapshot: ChainSnapshot): void {
    if (this.#byKey.size >= this.#limit) {
      const oldest = this.#byKey.keys().next().value;
      if (oldest !== undefined) this.#byKey.delete(oldest);
    }
    this.#byKey.set(key, snapshot);
  }
}

/**
 * Snapshots taken anew for runs whose own cannot be read, from the chains that the groups' routes point to now; they become the runs'
 * snapshots. A group without a chain is missing from the answer.
 */
export async function retakeSnapshots(
  tx: Tx,
  groups: readonly { organizationId: string; alertGroupId: string }[],
  now: Date,
): Promise<Map<string, ChainSnapshot>> {
  const { rows } = await sql<{ organization_id: string; alert_group_id: string; chain_id: string }>`
    select g.organization_id, g.id as alert_group_id, r.escalation_chain_id as chain_id
    from unnest(${groups.map((group) => group.organizationId)}::text[], ${groups.map((group) => group.alertGroupId)}::text[]) as w (organization_id, id)
    join alert_group g on g.organization_id = w.organization_id and g.id = w.id
    join route r on r.organization_id = g.organization_id and r.id = g.route_id
    where r.escalation_chain_id is not null`.execute(tx);
  const refs = rows.map((row) => ({ organizationId: row.organization_id, chainId: row.chain_id }));
  const hashOf = await takeSnapshots(tx, refs, now);
  const cache = new SnapshotCache();
  const hashes = rows.flatMap((row) => {
    const hash = hashOf({ organizationId: row.organization_id, chainId: row.chain_id });
    return hash === null ? [] : [{ organizationId: row.organization_id, alertGroupId: row.alert_group_id, hash }];
  });
  const find = await cache.load(tx, hashes);
  await sql`
    update escalation_run r set snapshot_hash = c.hash
    from unnest(${hashes.map((each) => each.organizationId)}::text[], ${hashes.map((each) => each.alertGroupId)}::text[], ${hashes.map((each) => each.hash)}::text[])
         as c (organization_id, alert_group_id, hash)
    where r.organization_id = c.organization_id and r.alert_group_id = c.alert_group_id`.execute(tx);
  return new Map(
    hashes.flatMap(({ organizationId, alertGroupId, hash }) => {
      const snapshot = find(organizationId, hash);
      return snapshot === null ? [] : [[`${organizationId} ${alertGroupId}`, snapshot] as const];
    }),
  );
}
