import { type Selectable, sql } from 'kysely';
import type { Db } from '../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../platform/db/page.ts';
import { type AuditRecord, type AuditSource, type AuditValues, hashOf } from './audit-record.ts';
import type { AuditRecordTable } from './tables.ts';

export type AuditFilter = {
  actorId?: string;
  actionType?: string;
  actionName?: string;
  resourceType?: string;
  resourceId?: string;
  teamId?: string;
  via?: string;
  /** Inclusive. */
  from?: Date;
  /** Exclusive. */
  to?: Date;
};

const valuesOf = (json: string | null): AuditValues | null => (json === null ? null : (JSON.parse(json) as AuditValues));

const fromRow = (row: Selectable<AuditRecordTable>): AuditRecord => ({
  seq: row.seq,
  at: row.at,
  actor: { type: row.actor_type as AuditSource['actor']['type'], id: row.actor_id, name: row.actor_name },
  via: row.via,
  ip: row.ip,
  userAgent: row.user_agent,
  requestId: row.request_id,
  type: row.action_type,
  name: row.action_name,
  resource:
    row.resource_type === null
      ? null
      : { type: row.resource_type, id: row.resource_id ?? '', name: row.resource_name ?? '', teamId: row.team_id },
  before: valuesOf(row.before_json),
  after: valuesOf(row.after_json),
  note: row.note,
});

function conditions(org: string, filter: AuditFilter) {
  const where = [sql`organization_id = ${org}`];
  const equal = { actor_id: filter.actorId, action_type: filter.actionType, action_name: filter.actionName, via: filter.via };
  const of = { resource_type: filter.resourceType, resource_id: filter.resourceId, team_id: filter.teamId };
  for (const [column, value] of Object.entries({ ...equal, ...of })) {
    if (value !== undefined) where.push(sql`${sql.ref(column)} = ${value}`);
  }
  if (filter.from !== undefined) where.push(sql`at >= ${filter.from}`);
  if (filter.to !== undefined) where.push(sql`at < ${filter.to}`);
  return where;
}

/** The records of an organization, newest first. */
export async function listAudit(db: Db, org: string, filter: AuditFilter, window: Window): Promise<Page<AuditRecord>> {
  const page = await selectPage(
    db,
    {
      from: sql`audit_record`,
      where: conditions(org, filter),
      id: sql`seq::text`,
      keys: [{ column: sql`seq`, type: 'bigint' }],
      direction: 'desc',
      ...(Object.values(filter).every((value) => value === undefined) && { count: () => countAll(db, org) }),
    },
    window,
  );
  if (page.rows.length === 0) return { ...page, rows: [] };
  const rows = await db
    .selectFrom('audit_record')
    .selectAll()
    .where('organization_id', '=', org)
    .where('seq', 'in', page.rows.map(Number))
    .execute();
  return fillPage(page, rows.map(fromRow), (record) => String(record.seq));
}

/** A chain has no gaps, so its ends tell how long it is. */
async function countAll(db: Db, org: string): Promise<number> {
  const { rows } = await sql<{ n: number | null }>`
    select max(seq) - min(seq) + 1 as n from audit_record where organization_id = ${org}`.execute(db);
  return Number(rows[0]?.n ?? 0);
}

const BATCH = 1_000;

/** The records that a filter lets through, oldest first, read in batches. */
export async function* readAudit(db: Db, org: string, filter: AuditFilter): AsyncGenerator<AuditRecord[]> {
  for (let last = 0; ; ) {
    const where = sql.join([...conditions(org, filter), sql`seq > ${last}`], sql` and `);
    const { rows } = await sql<
      Selectable<AuditRecordTable>
    >`select * from audit_record where ${where} order by seq limit ${BATCH}`.execute(db);
    if (rows.length > 0) yield rows.map(fromRow);
    if (rows.length < BATCH) return;
    last = (rows.at(-1) as Selectable<AuditRecordTable>).seq;
  }
}

export type AuditVerdict = {
  ok: boolean;
  records: number;
  /** The first record that was changed or whose predecessor is missing; null when all hold. */
  firstBroken: number | null;
};

/** Walks the chain of an organization from the oldest record that is kept. */
export async function verifyAudit(db: Db, org: string): Promise<AuditVerdict> {
  const head = await db.selectFrom('audit_head').selectAll().where('organization_id', '=', org).executeTakeFirst();
  let records = 0;
  let previous: { seq: number; hash: Buffer } | null = null;
  for (let last = 0; ; ) {
    const rows = await db
      .selectFrom('audit_record')
      .selectAll()
      .where('organization_id', '=', org)
      .where('seq', '>', last)
      .where('seq', '<=', head?.seq ?? 0)
      .orderBy('seq')
      .limit(BATCH)
      .execute();
    for (const row of rows) {
      const follows: boolean = previous === null || (row.seq === previous.seq + 1 && row.prev_hash.equals(previous.hash));
      if (!follows || !hashOf(row.prev_hash, row).equals(row.hash)) return { ok: false, records, firstBroken: row.seq };
      previous = { seq: row.seq, hash: row.hash };
      records += 1;
    }
    if (rows.length < BATCH) break;
    last = previous?.seq ?? last;
  }
  const endsRight: boolean =
    head === undefined || previous === null || (previous.seq === head.seq && previous.hash.equals(head.hash));
  return { ok: endsRight, records, firstBroken: endsRight ? null : (head?.seq ?? null) };
}
