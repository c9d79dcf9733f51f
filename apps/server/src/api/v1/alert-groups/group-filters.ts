import { type TSchema, Type } from 'typebox';
import { viewerOf } from '../../../access/index.ts';
import type { GroupFilter, StateKind, TimeRange } from '../../../alerting/index.ts';
import type { Db } from '../../../platform/db/database.ts';
import { ApiError, refusal } from '../conventions/api-error.ts';
import type { Caller } from '../conventions/caller.ts';
import { repeated, single } from '../conventions/pagination.ts';
import { readTeamFilter } from '../conventions/team-field.ts';

const STATES: Readonly<Record<string, StateKind>> = {
  new: 'firing',
  acknowledged: 'acknowledged',
  resolved: 'resolved',
  silenced: 'silenced',
};

const range = (what: string) =>
  Type.Optional(Type.String({ description: `${what}: \`YYYY-MM-DDTHH:MM:SS_YYYY-MM-DDTHH:MM:SS\`, UTC, both ends included.` }));

const ids = (what: string) => Type.Optional(Type.String({ description: `${what} Repeatable: any of them.` }));
const people = (what: string) => ids(`${what}; \`me\` is the caller.`);
const flag = (what: string) => Type.Optional(Type.String({ description: `${what}: \`true\` or \`false\`.` }));

export const groupFilterParameters: Readonly<Record<string, TSchema>> = {
  id: ids('Alert group.'),
  integration_id: ids('Integration, also a deleted one.'),
  route_id: ids('Route.'),
  escalation_chain_id: ids('Escalation chain that the route has now.'),
  team_id: ids('Team of the integration; `null`: none.'),
  state: Type.Optional(Type.String({ description: 'Repeatable: new, acknowledged, resolved or silenced.' })),
  label: Type.Optional(
    Type.String({ description: 'Repeatable, `key:value`. Several values of one key: any of them; different keys: all.' }),
  ),
  exclude_label: Type.Optional(Type.String({ description: 'Repeatable, `key:value`: groups with any of them are left out.' })),
  exclude_integration_id: ids('Integration whose groups are left out.'),
  exclude_team_id: ids('Team whose groups are left out; `null`: those without one.'),
  started_at: range('Start'),
  resolved_at: range('Time of the resolve'),
  acknowledged_at: range('Time of the acknowledge'),
  acknowledged_by: people('Who acknowledged it'),
  resolved_by: people('Who resolved it'),
  silenced_by: people('Who silenced it'),
  invitees_are: people('Who was added as a responder'),
  involved_users_are: people('Who was notified, acted on it or wrote a note'),
  mine: flag('Whether the caller is involved; `false` filters nothing'),
  with_resolution_note: flag('Whether it has a resolution note'),
  is_attached: flag('Whether it is attached to another alert group'),
  root_alert_group_id: Type.Optional(Type.String({ description: 'What it is attached to.' })),
  search: Type.Optional(Type.String({ description: 'Part of the title, in any case; or its number, or its id.' })),
  grouping_key: Type.Optional(Type.String()),
};

/** The filters of `GET alert_groups/` (http-api-alerting.md 2.5), and what the caller may see. Empty parameters filter nothing. */
export async function readGroupFilter(db: Db, caller: Caller, query: Readonly<Record<string, unknown>>): Promise<GroupFilter> {
  const one = (name: string): string | undefined => single(query[name]) || undefined;
  const all = (name: string): readonly string[] | undefined => {
    const values = repeated(query[name]).filter((value) => value !== '');
    return values.length === 0 ? undefined : values;
  };
  const users = (name: string) => all(name)?.map((id) => (id === 'me' ? (caller.userId ?? '') : id));
  const involved = [
    ...(users('involved_users_are') ?? []),
    ...(readFlag('mine', one('mine')) === true ? [caller.userId ?? ''] : []),
  ];
  const filter: { [K in keyof GroupFilter]: GroupFilter[K] | undefined } = {
    visibleTo: viewerOf(caller),
    ids: all('id'),
    integrationIds: all('integration_id'),
    routeIds: all('route_id'),
    chainIds: all('escalation_chain_id'),
    teamIds: await readTeams(db, caller, all('team_id')),
    states: readStates(query.state) ?? undefined,
    labels: readLabels(query.label) ?? undefined,
    notLabels: readLabels(query.exclude_label) ?? undefined,
    notIntegrationIds: all('exclude_integration_id'),
    notTeamIds: await readTeams(db, caller, all('exclude_team_id')),
    startedAt: readRange(one('started_at')) ?? undefined,
    resolvedAt: readRange(one('resolved_at')) ?? undefined,
    acknowledgedAt: readRange(one('acknowledged_at')) ?? undefined,
    acknowledgedBy: users('acknowledged_by'),
    resolvedBy: users('resolved_by'),
    silencedBy: users('silenced_by'),
    pagedUsers: users('invitees_are'),
    involvedUsers: involved.length === 0 ? undefined : involved,
    hasNote: readFlag('with_resolution_note', one('with_resolution_note')),
    isAttached: readFlag('is_attached', one('is_attached')),
    search: one('search'),
    groupingKey: one('grouping_key'),
    rootId: one('root_alert_group_id'),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as GroupFilter;
}

async function readTeams(
  db: Db,
  caller: Caller,
  given: readonly string[] | undefined,
): Promise<readonly (string | null)[] | undefined> {
  if (given === undefined) return undefined;
  const teams: (string | null)[] = [];
  for (const team_id of given) teams.push((await readTeamFilter(db, caller, { team_id })) ?? null);
  return teams;
}

/** @throws ApiError 400 for what is no boolean */
export function readFlag(name: string, value: string | undefined): boolean | undefined {
  if (value === undefined || value === '') return undefined;
  const word = value.toLowerCase();
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  throw new ApiError(400, { [name]: ['Must be a valid boolean.'] });
}

function readStates(value: unknown): StateKind[] | null {
  const words = repeated(value).filter((word) => word !== '');
  if (words.length === 0) return null;
  return words.map((word) => {
    const state = STATES[word.toLowerCase()];
    if (state === undefined)
      throw new ApiError(400, { state: 'Must be one of the following: new, acknowledged, resolved, silenced' });
    return state;
  });
}

/** Split at the first colon, so that values may contain more of them; items without one filter nothing. */
export function readLabels(value: unknown): Record<string, string[]> | null {
  const labels: Record<string, string[]> = Object.create(null);
  for (const item of repeated(value)) {
    const at = item.indexOf(':');
    if (at < 1) continue;
    const key = item.slice(0, at);
    labels[key] = [...(labels[key] ?? []), item.slice(at + 1)];
  }
  return Object.keys(labels).length === 0 ? null : labels;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;

export function readRange(value: string | undefined): TimeRange | null {
  if (value === undefined) return null;
  const parts = value.split('_');
  const [from, to] = parts.map((part) => (INSTANT.test(part) ? new Date(`${part}Z`) : new Date(Number.NaN)));
  const valid =
    parts.length === 2 && from !== undefined && to !== undefined && !Number.isNaN(from.getTime()) && !Number.isNaN(to.getTime());
  if (!valid || from > to) throw refusal('Invalid range value', 'invalid_range');
  return { from, to };
}
