import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type RawBuilder, sql } from 'kysely';
import { ofVisibleGroup, type Viewer, viewerOf } from '../../../access/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { ApiError } from './api-error.ts';
import { type Caller, callerOf } from './caller.ts';

type OwnerRow = { team_id: string | null; is_paged?: boolean };
type FindOwner = (org: string, id: string, viewer: Viewer) => RawBuilder<OwnerRow>;

const ofTable =
  (table: string): FindOwner =>
  (org, id) =>
    sql<OwnerRow>`select team_id from ${sql.table(table)} where organization_id = ${org} and id = ${id}`;

const ofParent =
  (table: string, column: string, parent: string): FindOwner =>
  (org, id) =>
    sql<OwnerRow>`
  select p.team_id from ${sql.table(table)} c join ${sql.table(parent)} p on p.organization_id = c.organization_id and p.id = c.${sql.ref(column)}
  where c.organization_id = ${org} and c.id = ${id}`;

const ofGroup =
  (from: RawBuilder<unknown>, id: RawBuilder<unknown>): FindOwner =>
  (org, wanted, viewer) =>
    sql<OwnerRow>`
  select i.team_id, ${ofVisibleGroup(viewer, org, { id: sql`g.id`, integrationId: sql`g.integration_id` })} as is_paged
  from ${from} left join integration i on i.organization_id = g.organization_id and i.id = g.integration_id
  where g.organization_id = ${org} and ${id} = ${wanted}`;

/** Where the team of what a path names stands, by the path's first part (access.md 4.1). What is part of something follows it. */
const OWNERS: Readonly<Record<string, FindOwner>> = {
  integrations: ofTable('integration'),
  escalation_chains: ofTable('escalation_chain'),
  schedules: ofTable('schedule'),
  webhooks: ofTable('webhook'),
  actions: ofTable('webhook'), // their older name
  // Those that belong to a schedule and to no team of their own are part of the schedule.
  on_call_shifts: (org, id) => sql<OwnerRow>`
  select coalesce(c.team_id, p.team_id) as team_id
  from on_call_shift c left join schedule p on p.organization_id = c.organization_id and p.id = c.schedule_id
  where c.organization_id = ${org} and c.id = ${id}`,
  routes: ofParent('route', 'integration_id', 'integration'),
  heartbeats: ofParent('integration_heartbeat', 'integration_id', 'integration'),
  escalation_policies: ofParent('escalation_step', 'escalation_chain_id', 'escalation_chain'),
  shift_swaps: ofParent('shift_swap', 'schedule_id', 'schedule'),
  alert_groups: ofGroup(sql`alert_group g`, sql`g.id`),
  alerts: ofGroup(
    sql`alert a join alert_group g on g.organization_id = a.organization_id and g.id = a.alert_group_id`,
    sql`a.id`,
  ),
  resolution_notes: ofGroup(
    sql`resolution_note n join alert_group g on g.organization_id = n.organization_id and g.id = n.alert_group_id`,
    sql`n.id`,
  ),
};

/**
 * Refuses, on every route whose path names an object by its id, callers who may not see the object's team. Tokens that see everything
 * cost nothing. What does not exist is left to the route.
 */
export function guardVisibility(app: FastifyInstance, prefix: string, db: Db): void {
  app.addHook('onRoute', (route) => {
    const [kind, id] = route.url.slice(prefix.length).split('/').filter(Boolean);
    const find = kind === undefined || id !== ':id' ? undefined : OWNERS[kind];
    if (find === undefined || route.config?.isPublic === true) return;
    const check = async (request: FastifyRequest): Promise<void> => {
      if (request.caller !== null) await checkOwner(db, callerOf(request), find, (request.params as { id: string }).id);
    };
    const others = route.preHandler === undefined ? [] : [route.preHandler].flat();
    route.preHandler = [check, ...others] as typeof others;
  });
}

async function checkOwner(db: Db | Tx, caller: Caller, find: FindOwner, id: string): Promise<void> {
  const viewer = viewerOf(caller);
  if (viewer === undefined) return;
  const { rows } = await find(caller.org, id, viewer).execute(db);
  const owner = rows[0];
  if (owner === undefined || owner.is_paged === true) return;
  if (owner.team_id !== null && !viewer.teamIds.includes(owner.team_id)) throw await wrongTeam(db, caller.org, owner.team_id);
}

/** Fails when a body names an object of a team that the caller does not see, as the parent of what is written. */
export const checkVisible = (db: Db | Tx, caller: Caller, kind: keyof typeof OWNERS, id: string): Promise<void> =>
  checkOwner(db, caller, OWNERS[kind] as FindOwner, id);

async function wrongTeam(db: Db | Tx, org: string, teamId: string): Promise<ApiError> {
  const { rows } = await sql<{ id: string; name: string; email: string | null; avatar_url: string | null }>`
    select id, name, email, avatar_url from team where organization_id = ${org} and id = ${teamId}`.execute(db);
  const team = rows[0];
  return new ApiError(403, {
    error_code: 'wrong_team',
    detail: 'This belongs to a team that you are not a member of.',
    ...(team === undefined
      ? {}
      : {
          owner_team: {
            id: team.id,
            name: team.name,
            email: team.email ?? '',
            avatar_url: team.avatar_url ?? `/avatar/${team.id}`,
          },
        }),
  });
}

const NAMED_TABLES = {
  integrations: 'integration',
  schedules: 'schedule',
  escalation_chains: 'escalation_chain',
  webhooks: 'webhook',
} as const;

/** Those of the objects that belong to teams whose things the caller may not know by name (access.md 4.1). */
export async function hiddenFrom(
  db: Db | Tx,
  caller: Caller,
  kind: keyof typeof NAMED_TABLES,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const viewer = viewerOf(caller);
  if (viewer === undefined || ids.length === 0) return new Set();
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(NAMED_TABLES[kind])} where organization_id = ${caller.org} and id = any(${[...new Set(ids)]}::text[])
      and team_id is not null and team_id <> all(${[...viewer.teamIds]}::text[])`.execute(db);
  return new Set(rows.map((row) => row.id));
}

/** What stands in the place of a name that the caller may not know. */
export const PRIVATE_NAME = 'private resource of another team';

/** A reference as the caller may see it. */
export const nameFor = <T extends { readonly id: string; readonly name: string }>(
  hidden: ReadonlySet<string>,
  referred: T | null,
): T | { id: string; name: string } | null =>
  referred !== null && hidden.has(referred.id) ? { id: referred.id, name: PRIVATE_NAME } : referred;
