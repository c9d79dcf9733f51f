import { type RawBuilder, sql } from 'kysely';
import { ofVisibleGroup, type Viewer } from '../access/index.ts';
import type { AlertGroupId, OrgId, StateKind, UserId } from './alert-group.ts';

/** Both ends are part of it. */
export type TimeRange = { from: Date; to: Date };

/** Filters of a list of groups; what is left out does not filter (http-api-alerting.md 2.5, web-ui.md 5.2). */
export type GroupFilter = {
  /** Left out: all groups of the organization. */
  visibleTo?: Viewer;
  ids?: readonly AlertGroupId[];
  integrationIds?: readonly string[];
  routeIds?: readonly string[];
  /** Chains of the groups' routes, as these are now. */
  chainIds?: readonly string[];
  /** Teams of the integrations; null: integrations without a team. */
  teamIds?: readonly (string | null)[];
  states?: readonly StateKind[];
  /** Values wanted by key: any of a key's values, for every key. */
  labels?: Readonly<Record<string, readonly string[]>>;
  /** Groups with any of these values of any of these keys are left out. */
  notLabels?: Readonly<Record<string, readonly string[]>>;
  notIntegrationIds?: readonly string[];
  /** null: integrations without a team. */
  notTeamIds?: readonly (string | null)[];
  startedAt?: TimeRange;
  resolvedAt?: TimeRange;
  acknowledgedAt?: TimeRange;
  acknowledgedBy?: readonly UserId[];
  resolvedBy?: readonly UserId[];
  silencedBy?: readonly UserId[];
  /** People who were added by hand. */
  pagedUsers?: readonly UserId[];
  /** People who were notified, acted, or wrote a note. */
  involvedUsers?: readonly UserId[];
  hasNote?: boolean;
  /** Whether it is attached to another. */
  isAttached?: boolean;
  /** Substring of the title, in any case; also an id, or a number with or without `#`. */
  search?: string;
  groupingKey?: string;
  rootId?: AlertGroupId;
};

const within = (column: RawBuilder<unknown>, { from, to }: TimeRange): RawBuilder<unknown> =>
  sql`${column} between ${from} and ${to}`;

/** A single value as an equality, which lets an index give the order too. */
const oneOf = (column: RawBuilder<unknown>, values: readonly string[]): RawBuilder<unknown> =>
  values.length === 1 ? sql`${column} = ${values[0]}` : sql`${column} = any(${[...values]}::text[])`;

/** As literal text in a `like` pattern. */
const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

const LARGEST_NUMBER = 2 ** 53;
const GROUP_ID = /^I[A-Z0-9]{9,}$/i;

/** What a list of `alert_group g` selects; for counts and pages alike. */
export function groupConditions(org: OrgId, filter: GroupFilter): RawBuilder<unknown>[] {
  const where = [sql`g.organization_id = ${org}`];
  const add = <T>(value: T | undefined, condition: (value: T) => RawBuilder<unknown>) => {
    if (value !== undefined) where.push(condition(value));
  };
  add(filter.visibleTo, (viewer) => ofVisibleGroup(viewer, org, { id: sql`g.id`, integrationId: sql`g.integration_id` }));
  add(filter.ids, (ids) => oneOf(sql`g.id`, ids));
  add(filter.integrationIds, (ids) => oneOf(sql`g.integration_id`, ids));
  add(filter.routeIds, (ids) => oneOf(sql`g.route_id`, ids));
  add(
    filter.chainIds,
    (ids) =>
      sql`g.route_id in (select r.id from route r where r.organization_id = ${org} and ${oneOf(sql`r.escalation_chain_id`, ids)})`,
  );
  add(filter.teamIds, (ids) => ofTeams(org, ids));
  add(filter.states, (states) => oneOf(sql`g.state`, states));
  add(filter.notIntegrationIds, (ids) => sql`g.integration_id <> all(${[...ids]}::text[])`);
  add(filter.notTeamIds, (ids) => sql`not (${ofTeams(org, ids)})`);
  for (const [key, values] of Object.entries(filter.labels ?? {})) where.push(withLabel(key, values));
  for (const [key, values] of Object.entries(filter.notLabels ?? {})) where.push(sql`not ${withLabel(key, values)}`);
  add(filter.startedAt, (range) => within(sql`g.started_at`, range));
  add(filter.resolvedAt, (range) => within(sql`g.resolved_at`, range));
  add(filter.acknowledgedAt, (range) => within(sql`g.acknowledged_at`, range));
  add(filter.acknowledgedBy, (ids) => oneOf(sql`g.acknowledged_by_user_id`, ids));
  add(filter.resolvedBy, (ids) => oneOf(sql`g.resolved_by_user_id`, ids));
  add(filter.silencedBy, (ids) => oneOf(sql`g.silenced_by_user_id`, ids));
  add(filter.pagedUsers, (ids) => sql`g.id in (${pagedGroups(org, ids)})`);
  add(filter.involvedUsers, (ids) => involving(org, ids));
  add(filter.hasNote, (wanted) => {
    const notes = sql`select from resolution_note n
      where n.organization_id = g.organization_id and n.alert_group_id = g.id and n.deleted_at is null`;
    return wanted ? sql`exists (${notes})` : sql`not exists (${notes})`;
  });
  add(filter.isAttached, (wanted) => (wanted ? sql`g.root_alert_group_id is not null` : sql`g.root_alert_group_id is null`));
  add(filter.search, (text) => found(org, text));
  add(filter.groupingKey, (key) => sql`g.grouping_key = ${key}`);
  add(filter.rootId, (id) => sql`g.root_alert_group_id = ${id}`);
  return where;
}

/** Groups that have any of the values of a label. */
function withLabel(key: string, values: readonly string[]): RawBuilder<unknown> {
  const any = values.map((value) => sql`g.labels @> ${JSON.stringify({ [key]: value })}::jsonb`);
  return any.length === 0 ? sql`false` : sql`(${sql.join(any, sql` or `)})`;
}

const pagedGroups = (org: OrgId, userIds: readonly UserId[]): RawBuilder<unknown> =>
  sql`select p.alert_group_id from personal_run p where p.organization_id = ${org} and p.paged and ${oneOf(sql`p.user_id`, userIds)}`;

function ofTeams(org: OrgId, teamIds: readonly (string | null)[]): RawBuilder<unknown> {
  const named = teamIds.filter((id) => id !== null);
  const teams = [
    ...(named.length === 0 ? [] : [oneOf(sql`i.team_id`, named)]),
    ...(named.length === teamIds.length ? [] : [sql`i.team_id is null`]),
  ];
  if (teams.length === 0) return sql`false`;
  return sql`g.integration_id in (select i.id from integration i where i.organization_id = ${org} and (${sql.join(teams, sql` or `)}))`;
}

const involving = (org: OrgId, userIds: readonly UserId[]): RawBuilder<unknown> => sql`g.id in (
  select p.alert_group_id from personal_run p where p.organization_id = ${org} and ${oneOf(sql`p.user_id`, userIds)}
  union select t.alert_group_id from timeline_record t
    where t.organization_id = ${org} and t.actor_type = 'user' and ${oneOf(sql`t.actor_id`, userIds)}
  union select n.alert_group_id from resolution_note n
    where n.organization_id = ${org} and n.deleted_at is null and ${oneOf(sql`n.author_id`, userIds)})`;

/** Titles alone for most texts, which the planner can tell the number of; ids and numbers beside them for what may be one. */
function found(org: OrgId, text: string): RawBuilder<unknown> {
  const asked = text.trim();
  const number = /^#?\d{1,16}$/.test(asked) ? Number(asked.replace('#', '')) : Number.NaN;
  const byNumber = sql`union all select n.id from alert_group n where n.organization_id = ${org} and n.number = ${number}`;
  const byId = sql`union all select n.id from alert_group n where n.organization_id = ${org} and n.id = ${asked.toUpperCase()}`;
  return sql`g.id in (
    select t.alert_group_id from alert_group_title t where t.organization_id = ${org} and t.title ilike ${`%${escapeLike(text)}%`}
    ${number < LARGEST_NUMBER ? byNumber : sql``} ${GROUP_ID.test(asked) ? byId : sql``})`;
}
