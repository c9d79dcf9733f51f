import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { containing, listTable, type Page, type Window } from '../platform/db/page.ts';
import { waitForReferences } from '../platform/db/references.ts';
import { newId } from '../platform/ids.ts';
import type { TeamTable } from './tables.ts';

export interface Team {
  readonly id: string;
  /** The number that Grafana's API calls the team's id. */
  readonly grafanaId: number;
  readonly name: string;
  readonly email: string | null;
  readonly avatarUrl: string | null;
  /** Whether everybody sees the team's resources, not only its members (access.md 4). */
  readonly sharesWithAll: boolean;
}

export interface TeamMember {
  readonly userId: string;
  readonly grafanaId: number;
  readonly username: string;
  readonly email: string;
  readonly name: string;
  /** Edits the membership and the sharing of this team. */
  readonly isMaintainer: boolean;
}

/** Teams of the organization, oldest first. */
export async function listTeams(
  db: Db,
  org: string,
  filter: { name?: string; search?: string; ids?: readonly string[] },
  window: Window,
): Promise<Page<Team>> {
  const where = [sql`organization_id = ${org}`];
  if (filter.name !== undefined) where.push(sql`name = ${filter.name}`);
  if (filter.ids !== undefined) where.push(sql`id = any(${[...filter.ids]}::text[])`);
  if (filter.search !== undefined) where.push(sql`lower(name) like lower(${containing(filter.search)})`);
  return listTable(db, { table: 'team', org, where, fromRow }, window);
}

export async function findTeam(db: Db | Tx, org: string, id: string): Promise<Team | null> {
  const row = await db.selectFrom('team').selectAll().where('organization_id', '=', org).where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

export type TeamValues = { readonly name: string; readonly email: string | null; readonly sharesWithAll?: boolean };

/** Adds a team; breaks `team_name_key` when the name is taken. */
export async function createTeam(tx: Tx, org: string, values: TeamValues, now: Date): Promise<Team> {
  const { rows } = await sql<{ number: number }>`
    insert into organization_counter as c (organization_id, last_grafana_team_id) values (${org}, 1)
    on conflict (organization_id) do update set last_grafana_team_id = c.last_grafana_team_id + 1
    returning last_grafana_team_id as number`.execute(tx);
  const team: Team = { id: newId('T'), grafanaId: rows[0]?.number ?? 1, sharesWithAll: false, ...values, avatarUrl: null };
  await tx
    .insertInto('team')
    .values({
      organization_id: org,
      id: team.id,
      grafana_id: team.grafanaId,
      name: team.name,
      email: team.email,
      avatar_url: null,
      is_sharing_resources_to_all: team.sharesWithAll,
      created_at: now,
    })
    .execute();
  return team;
}

export async function updateTeam(tx: Tx, org: string, team: Team): Promise<Team> {
  await tx
    .updateTable('team')
    .set({ name: team.name, email: team.email, is_sharing_resources_to_all: team.sharesWithAll })
    .where('organization_id', '=', org)
    .where('id', '=', team.id)
    .execute();
  return team;
}

/** Removes a team; what belonged to it belongs to none, which widens who sees it. Roles that members had through it end. */
export async function deleteTeam(tx: Tx, org: string, id: string): Promise<void> {
  await waitForReferences(tx, 'team', org, id);
  for (const table of ['integration', 'escalation_chain', 'escalation_step', 'webhook', 'schedule', 'on_call_shift']) {
    await sql`update ${sql.table(table)} set team_id = null where organization_id = ${org} and team_id = ${id}`.execute(tx);
  }
  await sql`update users set current_team_id = null where organization_id = ${org} and current_team_id = ${id}`.execute(tx);
  await sql`delete from role_assignment where organization_id = ${org} and ((subject_type = 'team' and subject_id = ${id}) or team_id = ${id})`.execute(
    tx,
  );
  await tx.deleteFrom('team').where('organization_id', '=', org).where('id', '=', id).execute();
}

/** Makes exactly these people the members; ids that are not there are passed over. */
export async function setTeamMembers(tx: Tx, org: string, teamId: string, userIds: readonly string[]): Promise<void> {
  const wanted = [...new Set(userIds)];
  await sql`delete from team_member where organization_id = ${org} and team_id = ${teamId} and user_id <> all(${wanted}::text[])`.execute(
    tx,
  );
  await sql`
    insert into team_member (organization_id, team_id, user_id)
    select ${org}, ${teamId}, id from users where organization_id = ${org} and is_active and id = any(${wanted}::text[])
    on conflict do nothing`.execute(tx);
}

/** The active members of a team, by username. */
export async function listMembers(db: Db | Tx, org: string, teamId: string): Promise<TeamMember[]> {
  const { rows } = await sql<TeamMember>`
    select u.id as "userId", u.grafana_id as "grafanaId", u.username, u.email, u.name, m.is_maintainer as "isMaintainer"
    from team_member m join users u on u.organization_id = m.organization_id and u.id = m.user_id
    where m.organization_id = ${org} and m.team_id = ${teamId} and u.is_active order by lower(u.username)`.execute(db);
  return rows;
}

/** Makes exactly these members the team's maintainers. */
export async function setMaintainers(tx: Tx, org: string, teamId: string, userIds: readonly string[]): Promise<void> {
  await sql`
    update team_member set is_maintainer = user_id = any(${[...userIds]}::text[])
    where organization_id = ${org} and team_id = ${teamId}`.execute(tx);
}

/** The team that Grafana's API knows by a number. */
export async function findTeamByNumber(db: Db | Tx, org: string, grafanaId: number): Promise<Team | null> {
  const row = await db
    .selectFrom('team')
    .selectAll()
    .where('organization_id', '=', org)
    .where('grafana_id', '=', grafanaId)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

const fromRow = (row: Selectable<TeamTable>): Team => ({
  id: row.id,
  grafanaId: row.grafana_id ?? 0,
  name: row.name,
  email: row.email,
  avatarUrl: row.avatar_url,
  sharesWithAll: row.is_sharing_resources_to_all,
});
