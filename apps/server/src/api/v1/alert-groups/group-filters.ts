import { type TSchema, Type } from 'typebox';
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

export const groupFilterParameters: Readonly<Record<string, TSchema>> = {
  id: Type.Optional(Type.String()),
  integration_id: Type.Optional(Type.String()),
  route_id: Type.Optional(Type.String()),
  team_id: Type.Optional(Type.String({ description: 'Team of the integration; `null`: none.' })),
  state: Type.Optional(Type.String({ description: 'Repeatable: new, acknowledged, resolved or silenced.' })),
  label: Type.Optional(
    Type.String({ description: 'Repeatable, `key:value`. Several values of one key: any of them; different keys: all.' }),
  ),
  started_at: range('Start'),
  resolved_at: range('Time of the resolve'),
  acknowledged_at: range('Time of the acknowledge'),
  search: Type.Optional(Type.String({ description: 'Part of the title, in any case.' })),
  grouping_key: Type.Optional(Type.String()),
};

/** The filters of `GET alert_groups/` (http-api-alerting.md 2.5). Empty parameters filter nothing. */
export async function readGroupFilter(db: Db, caller: Caller, query: Readonly<Record<string, unknown>>): Promise<GroupFilter> {
  const given = (name: string): string | undefined => {
    const value = single(query[name]);
    return value === '' ? undefined : value;
  };
  const id = given('id');
  const integrationId = given('integration_id');
  const routeId = given('route_id');
  const search = given('search');
  const groupingKey = given('grouping_key');
  const states = readStates(query.state);
  const labels = readLabels(query.label);
  const started = readRange(given('started_at'));
  const resolved = readRange(given('resolved_at'));
  const acknowledged = readRange(given('acknowledged_at'));
  const teamId = await readTeamFilter(db, caller, query);
  return {
    ...(id === undefined ? {} : { ids: [id] }),
    ...(integrationId === undefined ? {} : { integrationIds: [integrationId] }),
    ...(routeId === undefined ? {} : { routeId }),
    ...(teamId === undefined ? {} : { teamId }),
    ...(states === null ? {} : { states }),
    ...(labels === null ? {} : { labels }),
    ...(started === null ? {} : { startedAt: started }),
    ...(resolved === null ? {} : { resolvedAt: resolved }),
    ...(acknowledged === null ? {} : { acknowledgedAt: acknowledged }),
    ...(search === undefined ? {} : { search }),
    ...(groupingKey === undefined ? {} : { groupingKey }),
  };
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
function readLabels(value: unknown): Record<string, string[]> | null {
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
  if (!valid || from > to) throw refusal('Invalid range value');
  return { from, to };
}
