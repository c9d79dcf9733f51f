import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { Type } from 'typebox';
import { can } from '../../../access/index.ts';
import { removeDirectPaging, teamsToBePaged } from '../../../paging/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { type OnBroken, onCallEverywhere } from '../../../schedules/index.ts';
import {
  createTeam,
  deleteTeam,
  findTeam,
  listMembers,
  listTeams,
  setMaintainers,
  setTeamMembers,
  type Team,
  updateTeam,
} from '../../../users/index.ts';
import { checkMembership } from '../access/grants.ts';
import { fieldErrors, forbidden, notFound } from '../conventions/api-error.ts';
import { type Caller, callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { boolean, idList, nullable, text } from '../conventions/fields.ts';
import { single } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, type Resource, sendJson } from '../conventions/resource.ts';

const fields = {
  name: text({ max: 190 }),
  email: nullable(text({ max: 254, blank: true })),
  members: idList(),
  maintainers: idList(),
  is_sharing_resources_to_all: boolean(),
};

const TeamSchema = Type.Object({
  id: Type.String(),
  grafana_id: Type.Integer(),
  name: Type.String(),
  email: Type.Union([Type.String(), Type.Null()]),
  avatar_url: Type.String(),
  is_sharing_resources_to_all: Type.Boolean({ description: 'Whether everybody sees what belongs to the team.' }),
  number_of_users_currently_oncall: Type.Optional(
    Type.Integer({ description: 'In lists with `short=false`: people on call now in schedules of the team.' }),
  ),
});

const isTrue = (value: unknown): boolean => single(value)?.toLowerCase() === 'true';
const isFalse = (value: unknown): boolean => single(value)?.toLowerCase() === 'false';

const presentTeam = (team: Team) => ({
  id: team.id,
  grafana_id: team.grafanaId,
  name: team.name,
  email: team.email,
  avatar_url: team.avatarUrl ?? `/avatar/${team.id}`,
  is_sharing_resources_to_all: team.sharesWithAll,
});

/** What belongs to no team is everybody's (access.md 4). */
const NO_TEAM = {
  id: 'null',
  grafana_id: 0,
  name: 'No team',
  email: null,
  avatar_url: '/avatar/null',
  is_sharing_resources_to_all: true,
};

/** Teams (http-api-oncall.md 2). Members are written here and read as `teams` of users and at `members`. */
export const teamsResource = ({
  clock,
  onBrokenSchedule,
}: {
  clock: Clock;
  onBrokenSchedule: OnBroken;
}): Resource<Team, typeof fields, 'name'> => ({
  path: 'teams',
  name: 'team',
  read: 'user-settings:read',
  write: 'teams:write',
  change: 'signed-in', // maintainers and keepers of settings too, each what is theirs
  pageSize: 50,
  item: TeamSchema,
  filters: {
    name: Type.Optional(Type.String()),
    search: Type.Optional(Type.String({ description: 'Part of the name, in any case.' })),
    short: Type.Optional(Type.String({ description: '`false`: with `number_of_users_currently_oncall`.' })),
    include_no_team: Type.Optional(
      Type.String({ description: '`true`: the first page begins with the pseudo team `null`, beyond its size.' }),
    ),
    only_include_notifiable_teams: Type.Optional(Type.String({ description: '`true`: teams whose page reaches somebody.' })),
    available: Type.Optional(Type.String({ description: '`true`: teams that the caller may give things to.' })),
  },
  fields,
  required: { create: ['name'] },
  uniques: { team_name_key: fieldErrors({ name: ['A team with this name already exists.'] }) },
  async list(db, caller, query, window) {
    const name = single(query.name) || undefined;
    const search = single(query.search)?.trim() || undefined;
    const sets = [
      ...(isTrue(query.only_include_notifiable_teams) ? [await teamsToBePaged(db, caller.org)] : []),
      ...(isTrue(query.available) && caller.availableTeams !== 'all' ? [caller.availableTeams] : []),
    ];
    const [first, ...others] = sets;
    const ids = first?.filter((id) => others.every((set) => set.includes(id)));
    const filter = {
      ...(name === undefined ? {} : { name }),
      ...(search === undefined ? {} : { search }),
      ...(ids === undefined ? {} : { ids }),
    };
    return listTeams(db, caller.org, filter, window);
  },
  async presentListed(db, caller, rows, query) {
    const isFirst = (single(query.page) ?? '1') === '1' && (single(query.cursor) ?? '') === '';
    const hasNoTeam = isTrue(query.include_no_team) && isFirst;
    const teams = new Set([...rows.map(({ id }) => id), ...(hasNoTeam ? [null] : [])]);
    const onCall = isFalse(query.short) ? await onCallEverywhere(db, caller.org, clock.now(), onBrokenSchedule, teams) : null;
    const numberOf = (teamId: string | null) =>
      onCall === null
        ? {}
        : {
            number_of_users_currently_oncall: new Set(
              onCall.filter((schedule) => schedule.teamId === teamId).flatMap((schedule) => schedule.userIds),
            ).size,
          };
    return [
      ...(hasNoTeam ? [{ ...NO_TEAM, ...numberOf(null) }] : []),
      ...rows.map((team) => ({ ...presentTeam(team), ...numberOf(team.id) })),
    ];
  },
  get: (db, caller, id) => findTeam(db, caller.org, id),
  isAskedFor: (_db, _caller, team, query) => [team.name, '', undefined].includes(single(query.name)),
  present: (_db, _caller, rows) => rows.map(presentTeam),
  async create(tx, caller, body) {
    const values = { name: body.name, email: body.email || null, sharesWithAll: body.is_sharing_resources_to_all ?? false };
    const team = await createTeam(tx, caller.org, values, clock.now());
    if (body.members !== undefined) await setTeamMembers(tx, caller.org, team.id, body.members);
    if (body.maintainers !== undefined) await setMaintainers(tx, caller.org, team.id, body.maintainers);
    return team;
  },
  async update(tx, caller, team, body) {
    await checkMayChange(tx, caller, team, Object.keys(body));
    const changed = await updateTeam(tx, caller.org, {
      ...team,
      name: body.name ?? team.name,
      email: body.email === undefined ? team.email : body.email || null,
      sharesWithAll: body.is_sharing_resources_to_all ?? team.sharesWithAll,
    });
    if (body.members !== undefined) {
      await checkMembership(tx, caller, team.id, body.members);
      await setTeamMembers(tx, caller.org, team.id, body.members);
    }
    if (body.maintainers !== undefined) await setMaintainers(tx, caller.org, team.id, body.maintainers);
    return changed;
  },
  async remove(tx, caller, team) {
    await checkMembership(tx, caller, team.id, []); // its members lose its roles
    await removeDirectPaging(tx, caller.org, team.id, clock.now());
    await deleteTeam(tx, caller.org, team.id);
  },
});

/** A maintainer edits members and sharing of this team, a keeper of settings the sharing (access.md 4.1, 6.1). */
async function checkMayChange(tx: Tx, caller: Caller, team: Team, keys: readonly string[]): Promise<void> {
  if (can(caller, 'teams:write')) return;
  const members = await listMembers(tx, caller.org, team.id);
  const isMaintainer = members.some((member) => member.userId === caller.userId && member.isMaintainer);
  const allowed = [
    ...(isMaintainer ? ['members', 'is_sharing_resources_to_all'] : []),
    ...(can(caller, 'other-settings:write') ? ['is_sharing_resources_to_all'] : []),
  ];
  if (allowed.length === 0 || keys.some((key) => !allowed.includes(key))) throw forbidden();
}

const IdParams = Type.Object({ id: Type.String() });
const MemberSchema = named(
  'TeamMember',
  Type.Object({
    id: Type.String(),
    username: Type.String(),
    email: Type.String(),
    name: Type.String(),
    is_maintainer: Type.Boolean(),
  }),
);
const KINDS = ['integration', 'escalation_chain', 'schedule', 'webhook', 'on_call_shift'] as const;
const TeamUsesSchema = named('TeamUses', Type.Object(Object.fromEntries(KINDS.map((kind) => [`${kind}s`, Type.Integer()]))));

/** Who is in a team, and what belongs to it and would belong to none without it. */
export function registerTeamDetails(app: FastifyInstance, { db }: ApiDeps): void {
  const of = async (caller: Caller, id: string): Promise<Team> => {
    const team = await findTeam(db, caller.org, id);
    if (team === null) throw notFound();
    return team;
  };
  app.get(
    '/teams/:id/members',
    {
      config: { permission: 'user-settings:read' },
      schema: {
        operationId: 'listTeamMembers',
        summary: 'Lists the members of a team',
        tags: ['teams'],
        params: IdParams,
        response: { 200: Type.Array(MemberSchema), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const team = await of(caller, (request.params as { id: string }).id);
      const members = (await listMembers(db, caller.org, team.id)).map((member) => ({
        id: member.userId,
        username: member.username,
        email: member.email,
        name: member.name,
        is_maintainer: member.isMaintainer,
      }));
      return sendJson(reply, 200, JSON.stringify(members));
    },
  );
  app.get(
    '/teams/:id/uses',
    {
      config: { permission: 'teams:write' },
      schema: {
        operationId: 'getTeamUses',
        summary: 'Counts what belongs to a team; without the team everybody would see it',
        tags: ['teams'],
        params: IdParams,
        response: { 200: TeamUsesSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = await of(caller, (request.params as { id: string }).id);
      const counts: Record<string, number> = {};
      for (const kind of KINDS) {
        const live = kind === 'integration' || kind === 'webhook' ? sql`and deleted_at is null` : sql``;
        const { rows } = await sql<{ count: number }>`
          select count(*)::int as count from ${sql.table(kind)} where organization_id = ${caller.org} and team_id = ${id} ${live}`.execute(
          db,
        );
        counts[`${kind}s`] = rows[0]?.count ?? 0;
      }
      return sendJson(reply, 200, JSON.stringify(counts));
    },
  );
}
