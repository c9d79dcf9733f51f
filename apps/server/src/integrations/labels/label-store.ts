import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/db/database.ts';
import { fillPage, type Page, selectPage, type Window } from '../../platform/db/page.ts';
import { integrationChanged } from '../settings/integration-store.ts';

/** A label key that people use on integrations and routes. */
export interface LabelKey {
  readonly name: string;
  readonly values: number;
  /** Live integrations that carry it, as a fixed or as a dynamic label. */
  readonly integrations: number;
}

export type LabelChange = { ok: true } | { ok: false; reason: 'not_found' | 'taken' | 'in_use' };
const ok: LabelChange = { ok: true };
const no = (reason: Extract<LabelChange, { ok: false }>['reason']): LabelChange => ({ ok: false, reason });

/** Most values that one answer lists. */
const MOST_VALUES = 1_000;

/** Keeps the names of labels that an integration or a route was given; those that are known already stay as they are. */
export async function rememberLabels(
  tx: Tx,
  org: string,
  labels: readonly { key: string; value: string | null }[],
  now: Date,
): Promise<void> {
  if (labels.length === 0) return;
  const keys = [...new Set(labels.map(({ key }) => key))].sort();
  await sql`
    insert into label_key (organization_id, name, created_at)
    select ${org}, name, ${now} from unnest(${keys}::text[]) as k (name) order by name on conflict do nothing`.execute(tx);
  const values = labels.filter(({ value }) => value !== null);
  if (values.length === 0) return;
  await sql`
    insert into label_value (organization_id, key_name, name, created_at)
    select distinct on (key, name) ${org}, key, name, ${now}
    from unnest(${values.map(({ key }) => key)}::text[], ${values.map(({ value }) => value)}::text[]) as v (key, name)
    order by key, name on conflict do nothing`.execute(tx);
}

/** Keys by name. */
export async function listLabelKeys(db: Db, org: string, filter: { search?: string }, window: Window): Promise<Page<LabelKey>> {
  const where = [sql`organization_id = ${org}`];
  if (filter.search !== undefined) where.push(sql`strpos(lower(name), lower(${filter.search})) > 0`);
  const keys = [{ column: sql`name`, type: 'text' as const }];
  const page = await selectPage(db, { from: sql`label_key`, where, id: sql`name`, keys, direction: 'asc' }, window);
  const { rows } = await sql<LabelKey>`
    with used as (
      select l ->> 'key' as key, count(distinct i.id)::int as integrations
      from integration i cross join lateral jsonb_array_elements(i.labels || i.dynamic_labels) l
      where i.organization_id = ${org} and i.deleted_at is null group by 1
    )
    select k.name, coalesce(u.integrations, 0) as integrations,
      (select count(*)::int from label_value v where v.organization_id = k.organization_id and v.key_name = k.name) as values
    from label_key k left join used u on u.key = k.name
    where k.organization_id = ${org} and k.name = any(${page.rows}::text[])`.execute(db);
  return fillPage(page, rows, (row) => row.name);
}

/** Values of a key by name; null when there is no such key. */
export async function labelValues(db: Db | Tx, org: string, key: string): Promise<string[] | null> {
  const { rows } = await sql<{ value: string | null }>`
    select v.name as value from label_key k
    left join label_value v on v.organization_id = k.organization_id and v.key_name = k.name
    where k.organization_id = ${org} and k.name = ${key} order by v.name limit ${MOST_VALUES}`.execute(db);
  if (rows.length === 0) return null;
  return rows.flatMap(({ value }) => value ?? []);
}

export async function createLabelKey(
  tx: Tx,
  org: string,
  key: string,
  values: readonly string[],
  now: Date,
): Promise<LabelChange> {
  const { rows } = await sql`
    insert into label_key (organization_id, name, created_at) values (${org}, ${key}, ${now}) on conflict do nothing returning name`.execute(
    tx,
  );
  if (rows.length === 0) return no('taken');
  await rememberLabels(
    tx,
    org,
    values.map((value) => ({ key, value })),
    now,
  );
  return ok;
}

export async function createLabelValue(tx: Tx, org: string, key: string, value: string, now: Date): Promise<LabelChange> {
  if (!(await lockKey(tx, org, key))) return no('not_found');
  const { rows } = await sql`
    insert into label_value (organization_id, key_name, name, created_at) values (${org}, ${key}, ${value}, ${now})
    on conflict do nothing returning name`.execute(tx);
  return rows.length === 0 ? no('taken') : ok;
}

/** Renames a key wherever integrations and routes carry it. Alert groups keep the name they got; templates that name it are not changed. */
export async function renameLabelKey(tx: Tx, org: string, key: string, to: string): Promise<LabelChange> {
  if (!(await lockKey(tx, org, key))) return no('not_found');
  if (key === to) return ok;
  if (await lockKey(tx, org, to)) return no('taken');
  await sql`update label_key set name = ${to} where organization_id = ${org} and name = ${key}`.execute(tx);
  const renamed = (column: string) => sql`
    (select coalesce(jsonb_agg(case when e ->> 'key' = ${key} then jsonb_set(e, '{key}', to_jsonb(${to}::text)) else e end order by n), '[]')
     from jsonb_array_elements(${sql.ref(column)}) with ordinality t (e, n))`;
  const has = (column: string) => sql`${sql.ref(column)} @> ${JSON.stringify([{ key }])}::jsonb`;
  await sql`
    update integration set labels = ${renamed('labels')}, dynamic_labels = ${renamed('dynamic_labels')},
      labels_not_inherited = array_replace(labels_not_inherited, ${key}, ${to})
    where organization_id = ${org} and (${has('labels')} or ${has('dynamic_labels')})`.execute(tx);
  await sql`
    update route set routing_labels = ${renamed('routing_labels')}
    where organization_id = ${org} and routing_labels is not null and ${has('routing_labels')}`.execute(tx);
  await tellAll(tx, org, to);
  return ok;
}

/** Renames a value wherever integrations and routes compare or carry it; patterns of routes are not changed. */
export async function renameLabelValue(tx: Tx, org: string, key: string, value: string, to: string): Promise<LabelChange> {
  if (!(await lockKey(tx, org, key))) return no('not_found');
  const known = await sql<{ name: string }>`
    select name from label_value where organization_id = ${org} and key_name = ${key} and name = any(${[value, to]}::text[])`.execute(
    tx,
  );
  if (!known.rows.some((row) => row.name === value)) return no('not_found');
  if (value === to) return ok;
  if (known.rows.length > 1) return no('taken');
  await sql`update label_value set name = ${to} where organization_id = ${org} and key_name = ${key} and name = ${value}`.execute(
    tx,
  );
  const renamed = (column: string) => sql`
    (select coalesce(jsonb_agg(case when e ->> 'key' = ${key} and e ->> 'value' = ${value} and coalesce(e ->> 'match', '=') in ('=', '!=')
      then jsonb_set(e, '{value}', to_jsonb(${to}::text)) else e end order by n), '[]')
     from jsonb_array_elements(${sql.ref(column)}) with ordinality t (e, n))`;
  const pair = JSON.stringify([{ key, value }]);
  await sql`
    update integration set labels = ${renamed('labels')}
    where organization_id = ${org} and labels @> ${pair}::jsonb`.execute(tx);
  await sql`
    update route set routing_labels = ${renamed('routing_labels')}
    where organization_id = ${org} and routing_labels @> ${pair}::jsonb`.execute(tx);
  await tellAll(tx, org, key);
  return ok;
}

/** Forgets a key that nothing carries, or one value of it. */
export async function deleteLabel(tx: Tx, org: string, key: string, value: string | null): Promise<LabelChange> {
  if (!(await lockKey(tx, org, key))) return no('not_found');
  const pair = JSON.stringify([value === null ? { key } : { key, value }]);
  const { rows } = await sql`
    select from integration where organization_id = ${org} and deleted_at is null
      and (labels @> ${pair}::jsonb or (${value === null} and dynamic_labels @> ${pair}::jsonb))
    union all
    select from route r join integration i on i.organization_id = r.organization_id and i.id = r.integration_id
    where r.organization_id = ${org} and i.deleted_at is null and r.routing_labels @> ${pair}::jsonb limit 1`.execute(tx);
  if (rows.length > 0) return no('in_use');
  const deleted =
    value === null
      ? await sql`delete from label_key where organization_id = ${org} and name = ${key}`.execute(tx)
      : await sql`delete from label_value where organization_id = ${org} and key_name = ${key} and name = ${value}`.execute(tx);
  return (deleted.numAffectedRows ?? 0n) > 0n ? ok : no('not_found');
}

async function lockKey(tx: Tx, org: string, key: string): Promise<boolean> {
  const { rows } = await sql`select from label_key where organization_id = ${org} and name = ${key} for update`.execute(tx);
  return rows.length > 0;
}

/** Tells processes of the integrations that carry a key now, or whose routes do. */
async function tellAll(tx: Tx, org: string, key: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select i.id from integration i where i.organization_id = ${org} and i.deleted_at is null
      and ((i.labels || i.dynamic_labels) @> ${JSON.stringify([{ key }])}::jsonb
        or exists (select from route r where r.organization_id = i.organization_id and r.integration_id = i.id
                   and r.routing_labels @> ${JSON.stringify([{ key }])}::jsonb))`.execute(tx);
  for (const { id } of rows) await integrationChanged(tx, id);
}
