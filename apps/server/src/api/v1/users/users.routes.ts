import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { type CallerActor, can, parsePermission, type Role, usersWith } from '../../../access/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { type OnBroken, onCallEverywhere } from '../../../schedules/index.ts';
import { findUser, listUsers, ROLES, teamsOfUsers, type User, type UserFilter } from '../../../users/index.ts';
import { fieldErrors, forbidden, notFound } from '../conventions/api-error.ts';
import { type Caller, callerOf, personOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { sendOne } from '../conventions/etag.ts';
import { envelope, listOf, pageParameters, readWindow, repeated, single } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, sendJson } from '../conventions/resource.ts';

const PAGE_SIZE = 100;

const shortUser = {
  id: Type.String(),
  grafana_id: Type.Integer(),
  email: Type.String(),
  username: Type.String(),
  role: Type.Union(ROLES.map((role) => Type.Literal(role))),
  is_phone_number_verified: Type.Boolean(),
};
const UserSchema = named(
  'User',
  Type.Object({
    ...shortUser,
    name: Type.String({ description: 'Empty where nobody gave one.' }),
    slack: Type.Union([Type.Object({ user_id: Type.String(), team_id: Type.String() }), Type.Null()]),
    timezone: Type.Union([Type.String(), Type.Null()]),
    teams: Type.Array(Type.String()),
  }),
);
/** Rows of a list with `short=true` lack the last four keys. */
const ListedUserSchema = named(
  'ListedUser',
  Type.Object({
    ...shortUser,
    name: Type.Optional(UserSchema.properties.name),
    slack: Type.Optional(UserSchema.properties.slack),
    timezone: Type.Optional(UserSchema.properties.timezone),
    teams: Type.Optional(UserSchema.properties.teams),
    is_currently_oncall: Type.Optional(Type.Boolean({ description: 'Where the list was asked about it.' })),
    oncall_schedules: Type.Optional(
      Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), {
        description: 'Likewise: where the person is on call now, as far as the caller sees these schedules.',
      }),
    ),
  }),
);

const presentShort = (user: User) => ({
  id: user.id,
  grafana_id: user.grafanaId,
  email: user.email,
  username: user.username,
  role: user.role,
  is_phone_number_verified: user.verifiedPhoneNumber !== null,
});

async function presentUsers(db: Db | Tx, org: string, users: readonly User[]) {
  const teams = await teamsOfUsers(
    db,
    org,
    users.map((user) => user.id),
  );
  return users.map((user) => presentUser(user, teams));
}

const presentUser = (user: User, teams: ReadonlyMap<string, readonly string[]>) => ({
  ...presentShort(user),
  name: user.name,
  slack: null,
  timezone: user.timezone,
  teams: teams.get(user.id) ?? [],
});

/** A service account as `users/current`. */
const presentAccount = ({ number, name }: Extract<CallerActor, { type: 'service_account' }>, role: Role) => ({
  id: `service-account:${number}`,
  grafana_id: number,
  email: '',
  username: name,
  name,
  role,
  is_phone_number_verified: false,
  slack: null,
  timezone: null,
  teams: [],
});

/** What the list of people is narrowed by. */
export const userFilters = {
  username: Type.Optional(Type.String({ description: 'Equal, ignoring case.' })),
  email: Type.Optional(Type.String({ description: 'Equal, ignoring case.' })),
  roles: Type.Optional(Type.String({ description: 'Repeatable: 0 admin, 1 editor, 2 viewer, 3 none.' })),
  search: Type.Optional(Type.String({ description: 'Begin of address, username or team, part of the name, or an id.' })),
  team: Type.Optional(Type.String({ description: 'Repeatable: ids of teams.' })),
  permission: Type.Optional(Type.String({ description: 'Only people who have it: `notifications:read` can be paged.' })),
  is_currently_oncall: Type.Optional(
    Type.String({ description: '`true` or `false`: only such people; `all`: everybody, each with what holds for them.' }),
  ),
  is_active: Type.Optional(Type.String({ description: '`false`: people who left, for those with users:write.' })),
  short: Type.Optional(Type.String({ description: '`true`: rows without slack, timezone and teams.' })),
};

type UsersDeps = ApiDeps & { readonly onBrokenSchedule: OnBroken };

/** People (http-api-oncall.md 1): list, get, and the token's own user. */
export function registerUsers(app: FastifyInstance, deps: UsersDeps): void {
  const { db, reads, baseUrl } = deps;
  const config = { permission: 'user-settings:read' as const };
  const tags = ['users'];
  app.get(
    '/users',
    {
      config,
      schema: {
        operationId: 'listUsers',
        summary: 'Lists users',
        tags,
        querystring: Type.Object({ ...pageParameters, ...userFilters }),
        response: { 200: listOf(ListedUserSchema), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { org } = caller;
      const query = request.query as Record<string, unknown>;
      const onCall = await readOnCall(deps, caller, query);
      const filter = withOnCall(await readFilter(db, caller, query), onCall);
      const page = await listUsers(db, org, filter, readWindow(query, PAGE_SIZE));
      const rows =
        single(query.short)?.toLowerCase() === 'true' ? page.rows.map(presentShort) : await presentUsers(reads, org, page.rows);
      const shown = onCall === null ? rows : rows.map((row) => ({ ...row, ...presentOnCall(onCall, row.id) }));
      return sendJson(reply, 200, JSON.stringify(envelope(page, shown, baseUrl, request.url)));
    },
  );
  app.get(
    '/users/:id',
    {
      config,
      schema: {
        operationId: 'getUser',
        summary: 'Reads one user; `current` is the user of the token',
        tags,
        params: Type.Object({ id: Type.String() }),
        response: { 200: UserSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = request.params as { id: string };
      if (id === 'current' && caller.actor.type === 'service_account') {
        return sendJson(reply, 200, JSON.stringify(presentAccount(caller.actor, caller.role)));
      }
      const wanted = id === 'current' ? personOf(caller) : id;
      const [user, teams] = await Promise.all([findUser(reads, caller.org, wanted), teamsOfUsers(reads, caller.org, [wanted])]);
      if (user?.isActive !== true) throw notFound();
      return sendOne(reply, 200, JSON.stringify(presentUser(user, teams)));
    },
  );
}

const ON_CALL = ['true', 'false', 'all'] as const;
type OnCall = {
  readonly asked: (typeof ON_CALL)[number];
  readonly schedules: Awaited<ReturnType<typeof onCallEverywhere>>;
  readonly userIds: readonly string[];
  readonly caller: Caller;
};

/** Who is on call, where the list asks about it; null where it does not. */
async function readOnCall(
  { db, clock, onBrokenSchedule }: UsersDeps,
  caller: Caller,
  query: Readonly<Record<string, unknown>>,
): Promise<OnCall | null> {
  const given = single(query.is_currently_oncall)?.toLowerCase() ?? '';
  if (given === '') return null;
  const asked = ON_CALL.find((word) => word === given);
  if (asked === undefined)
    throw fieldErrors({ is_currently_oncall: [`Select a valid choice. ${given} is not one of the available choices.`] });
  const schedules = await onCallEverywhere(db, caller.org, clock.now(), onBrokenSchedule);
  return { asked, schedules, userIds: [...new Set(schedules.flatMap(({ userIds }) => userIds))], caller };
}

function withOnCall(filter: UserFilter, onCall: OnCall | null): UserFilter {
  if (onCall === null || onCall.asked === 'all') return filter;
  if (onCall.asked === 'false') return { ...filter, exceptIds: onCall.userIds };
  return { ...filter, ids: filter.ids?.filter((id) => onCall.userIds.includes(id)) ?? onCall.userIds };
}

const presentOnCall = ({ schedules, userIds, caller }: OnCall, id: string) => ({
  is_currently_oncall: userIds.includes(id),
  oncall_schedules: schedules
    .filter((schedule) => schedule.userIds.includes(id))
    .filter(({ teamId }) => teamId === null || caller.visibility === 'all' || caller.visibility.includes(teamId))
    .map(({ id: scheduleId, name }) => ({ id: scheduleId, name })),
});

async function readFilter(db: Db, caller: Caller, query: Readonly<Record<string, unknown>>): Promise<UserFilter> {
  const username = single(query.username);
  const email = single(query.email);
  const roles = repeated(query.roles).map((given) => {
    const role = /^[0-3]$/.test(given) ? ROLES[Number(given)] : undefined;
    if (role === undefined)
      throw fieldErrors({ roles: [`Select a valid choice. ${given} is not one of the available choices.`] });
    return role;
  });
  return {
    ...(username === undefined || username === '' ? {} : { username }),
    ...(email === undefined || email === '' ? {} : { email }),
    ...(roles.length === 0 ? {} : { roles }),
    ...(await readAddedFilter(db, caller, query)),
  };
}

/** Filters that Tocsin adds (access.md 3.3). People who left are for those who manage people. */
async function readAddedFilter(db: Db, caller: Caller, query: Readonly<Record<string, unknown>>): Promise<UserFilter> {
  const search = single(query.search)?.trim() || undefined;
  const teamIds = repeated(query.team).filter((id) => id !== '');
  const wanted = single(query.permission) || undefined;
  const permission = wanted === undefined ? undefined : parsePermission(wanted);
  if (permission === null) {
    throw fieldErrors({ permission: [`Select a valid choice. ${wanted} is not one of the available choices.`] });
  }
  const isGone = single(query.is_active)?.toLowerCase() === 'false';
  if (isGone && !can(caller, 'users:write')) throw forbidden();
  return {
    ...(search === undefined ? {} : { search }),
    ...(teamIds.length === 0 ? {} : { teamIds }),
    ...(isGone ? { isActive: false as const } : {}),
    ...(permission === undefined
      ? {}
      : permission === 'notifications:read'
        ? { mayBeNotified: true as const }
        : { ids: await usersWith(db, caller.org, permission) }),
  };
}
