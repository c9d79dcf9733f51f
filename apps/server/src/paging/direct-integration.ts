import { sql } from 'kysely';
import { createIntegration, createRoute, deleteIntegration } from '../integrations/index.ts';
import type { Db, Tx } from '../platform/db/database.ts';

export type PagedTeam = { id: string; name: string };

/** The live direct paging integration of a team, of "no team" for null; null when it has none yet. */
export async function findDirectPaging(db: Db | Tx, org: string, teamId: string | null): Promise<string | null> {
  const row = await db
    .selectFrom('integration')
    .select('id')
    .where('organization_id', '=', org)
    .where('type', '=', 'direct_paging')
    .where('deleted_at', 'is', null)
    .where('team_id', teamId === null ? 'is' : '=', teamId)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Tries of a name that another integration has. */
const MOST_NAMES = 20;

/**
 * The direct paging integration of a team, made when there is none (escalation.md 5.2).
 * @param withImportantRoute with a first route for important pages, as teams get theirs when they are made
 */
export async function ensureDirectPaging(
  tx: Tx,
  org: string,
  team: PagedTeam | null,
  now: Date,
  { withImportantRoute = false } = {},
): Promise<string> {
  const name = team === null ? 'Direct paging (No team)' : `Direct paging (${team.name} team)`;
  for (let number = 1; number <= MOST_NAMES; number += 1) {
    const found = await findDirectPaging(tx, org, team?.id ?? null);
    if (found !== null) return found;
    const made = await createIntegration(
      tx,
      org,
      {
        type: 'direct_paging',
        title: 'Direct paging',
        hasHeartbeat: false,
        name: number === 1 ? name : `${name} ${number}`,
        descriptionShort: null,
        teamId: team?.id ?? null,
        authorId: null,
        templates: {},
        groupingScope: null,
        labels: [],
        dynamicLabels: [],
        acknowledgeHosts: [],
        defaultRoute: { escalationChainId: null, messengers: {} },
      },
      now,
    );
    if (!made.ok) continue; // somebody else made it meanwhile, or gave its name to another
    const { id } = made.integration;
    if (withImportantRoute) {
      const route = {
        routingType: 'jinja2' as const,
        routingRegex: '{{ payload.oncall.important }}',
        routingLabels: null,
        escalationChainId: null,
        messengers: {},
      };
      await createRoute(tx, org, { ...route, integrationId: id, isDefault: false }, null, now);
    }
    return id;
  }
  throw new Error(`${MOST_NAMES} integrations have the name ${name}`);
}

/** Ids of the teams whose page reaches a chain with a step. */
export async function teamsToBePaged(db: Db, org: string): Promise<string[]> {
  const { rows } = await sql<{ team_id: string }>`
    select distinct i.team_id from integration i
    join route r on r.organization_id = ${org} and r.integration_id = i.id
    join escalation_step s on s.organization_id = ${org} and s.escalation_chain_id = r.escalation_chain_id
    where i.organization_id = ${org} and i.type = 'direct_paging' and i.team_id is not null and i.deleted_at is null`.execute(db);
  return rows.map((row) => row.team_id);
}

/** Ends a team's direct paging integration, which goes with the team. */
export async function removeDirectPaging(tx: Tx, org: string, teamId: string, now: Date): Promise<void> {
  const id = await findDirectPaging(tx, org, teamId);
  if (id !== null) await deleteIntegration(tx, org, id, now);
}
