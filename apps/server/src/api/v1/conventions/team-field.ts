import { sql } from 'kysely';
import { Type } from 'typebox';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { fieldErrors } from './api-error.ts';
import type { Caller } from './caller.ts';
import { missingReference, reference } from './fields.ts';
import { single } from './pagination.ts';

/** `team_id` in bodies: an id, or null as `null`, `""` or the word. */
export const teamField = reference({ nullable: true, nullWord: true });

export const TeamIdSchema = Type.Union([Type.String(), Type.Null()]);

/** Fails as the API does when the team is not one that the caller may name. */
export async function checkTeam(tx: Tx, caller: Caller, teamId: string | null | undefined, field = 'team_id'): Promise<void> {
  if (typeof teamId !== 'string') return;
  if (!(await teamVisible(tx, caller, teamId))) throw missingReference(field);
}

/** The `team_id` filter of lists: an id, or null for the word `null`; undefined when the list is not filtered by it. */
export async function readTeamFilter(
  db: Db,
  caller: Caller,
  query: Readonly<Record<string, unknown>>,
): Promise<string | null | undefined> {
  const given = single(query.team_id);
  if (given === undefined || given === '') return undefined;
  if (given === 'null') return null;
  const { rows } = await sql`select 1 from team where organization_id = ${caller.org} and id = ${given}`.execute(db);
  if (rows.length === 0) {
    throw fieldErrors({ team_id: ['Select a valid choice. That choice is not one of the available choices.'] });
  }
  return given;
}

/** Whether the team exists and is one that the caller may name. */
async function teamVisible(db: Db | Tx, caller: Caller, teamId: string): Promise<boolean> {
  if (caller.availableTeams !== 'all' && !caller.availableTeams.includes(teamId)) return false;
  const { rows } = await sql`select 1 from team where organization_id = ${caller.org} and id = ${teamId}`.execute(db);
  return rows.length > 0;
}
