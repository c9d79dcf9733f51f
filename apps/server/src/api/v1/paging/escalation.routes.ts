import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type AlertGroupHooks, findListedGroup, inActionTransaction } from '../../../alerting/index.ts';
import { acknowledgeOwnPages, respondersOf, unpageUser } from '../../../escalation/index.ts';
import type { OpenDeps } from '../../../integrations/index.ts';
import { openPage, type PagedUser, type PageWarning, pageForGroup } from '../../../paging/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Db } from '../../../platform/db/database.ts';
import { stringifyWithRaw } from '../../../platform/raw-json.ts';
import { findTeam, findUser, findUsers, teamsOfUsers } from '../../../users/index.ts';
import { AlertGroupSchema, presentGroups } from '../alert-groups/present-group.ts';
import { actorOf } from '../conventions/actor.ts';
import { ApiError, conflictOfFields, type ErrorBody, fieldErrors, notFound, refusal } from '../conventions/api-error.ts';
import { type Caller, callerOf, personOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import {
  boolean,
  custom,
  Invalid,
  isObject,
  missingReference,
  nullable,
  pythonType,
  readBody,
  reference,
  text,
} from '../conventions/fields.ts';
import { errorResponses, sendJson } from '../conventions/resource.ts';
import { apiTime, apiTimeOrNull } from '../conventions/times.ts';
import { checkVisible } from '../conventions/visibility.ts';

export type PagingDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly baseUrl: string;
  readonly hooks: AlertGroupHooks;
  readonly open: OpenDeps;
};

/** Elements of a list are refused one by one, those without fault as `{}`. */
const pagedUsers = custom<PagedUser[]>(Type.Array(Type.Object({ id: Type.String(), important: Type.Boolean() })), (raw) => {
  if (raw === null) throw new Invalid(['This field may not be null.']);
  if (!Array.isArray(raw))
    throw new Invalid({ non_field_errors: [`Expected a list of items but got type "${pythonType(raw)}".`] });
  const errors: ErrorBody[] = [];
  const users = raw.map((item: unknown): PagedUser => {
    const read = readItem(item);
    errors.push(read.errors ?? {});
    return read.user;
  });
  if (errors.some((error) => Object.keys(error).length > 0)) throw new Invalid(errors);
  return users;
});

function readItem(item: unknown): { user: PagedUser; errors?: ErrorBody } {
  const nobody = { id: '', important: false };
  if (!isObject(item)) {
    return { user: nobody, errors: { non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonType(item)}.`] } };
  }
  try {
    const user = readBody({ id: text(), important: boolean() }, item, ['id', 'important']);
    return { user };
  } catch (error) {
    if (error instanceof ApiError) return { user: nobody, errors: error.body };
    throw error;
  }
}

const url = custom<string>(Type.String({ format: 'uri', maxLength: 2_000 }), (raw) => {
  const given = text({ max: 2_000 }).read(raw);
  const isUrl = /^(?:https?|ftps?):\/\/[^\s/$.?#][^\s]*$/i.test(given) && URL.canParse(given);
  if (!isUrl) throw new Invalid(['Enter a valid URL.']);
  return given;
});

const fields = {
  users: pagedUsers,
  team: reference({ nullable: true }),
  important_team_escalation: boolean(),
  alert_group_id: text(),
  title: text(),
  message: nullable(text()),
  source_url: nullable(url),
};

const WarningsSchema = Type.Array(Type.Object({ code: Type.String(), detail: Type.String() }), {
  description: 'What was done, but reaches nobody.',
});
const PagedGroupSchema = named('PagedAlertGroup', Type.Object({ ...AlertGroupSchema.properties, warnings: WarningsSchema }));

const ResponderSchema = named(
  'Responder',
  Type.Object({
    user: Type.Object({ id: Type.String(), username: Type.String(), name: Type.String(), teams: Type.Array(Type.String()) }),
    important: Type.Boolean(),
    paged_at: Type.String({ format: 'date-time' }),
    state: Type.Union(['notifying', 'acknowledged', 'exhausted', 'failed'].map((state) => Type.Literal(state))),
    acknowledged_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  }),
);

const IdParams = Type.Object({ id: Type.String() });
const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

/** Direct paging (http-api-alerting.md 2.8, escalation.md 5). */
export function registerPaging(app: FastifyInstance, deps: PagingDeps): void {
  const { db } = deps;
  const optional = <T extends { schema: import('typebox').TSchema }>(field: T) => Type.Optional(field.schema);
  app.post(
    '/escalation',
    {
      config: { permission: 'alert-groups:direct-paging', usersOnly: { mayAct: true } },
      schema: {
        operationId: 'pagePeople',
        summary: 'Pages a team or people, with an alert group of their own or for one that is there',
        tags: ['escalation'],
        body: Type.Object(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, optional(field)]))),
        response: { 200: PagedGroupSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const body = readBody(fields, request.body);
      const users = dedupe(body.users ?? []);
      const wanted = await checkReferences(deps, caller, users, body.team ?? null);
      checkCombination(body, users);
      const id = body.alert_group_id;
      if (id === undefined && users.length === 0 && wanted.team === null)
        throw refusal('No team or user(s) specified', 'nobody_specified');
      const { alertGroupId, warnings } =
        id === undefined
          ? await inActionTransaction(db, async (tx) =>
              openPage(tx, deps.open, caller.org, {
                ...wanted,
                users,
                isTeamImportant: body.important_team_escalation ?? false,
                title: body.title ?? null,
                message: body.message ?? null,
                sourceUrl: body.source_url ?? null,
                by: { actor: actorOf(caller), name: await nameOf(deps, caller) },
              }),
            )
          : { alertGroupId: id, warnings: await addToGroup(deps, caller, id, users) };
      const group = await findListedGroup(db, caller.org, alertGroupId);
      if (group === null) throw notFound();
      const [shown] = await presentGroups(db, caller.org, [group], deps.baseUrl);
      return sendJson(reply, 200, stringifyWithRaw({ ...(shown as object), warnings }));
    },
  );
  registerResponders(app, deps);
}

const dedupe = (users: readonly PagedUser[]): PagedUser[] => [...new Map(users.map((user) => [user.id, user])).values()];

async function checkReferences({ db }: PagingDeps, caller: Caller, users: readonly PagedUser[], teamId: string | null) {
  const known = await findUsers(
    db,
    caller.org,
    users.map(({ id }) => id),
  );
  const unknown = users.filter(({ id }) => known.get(id)?.isActive !== true);
  if (unknown.length > 0) {
    throw fieldErrors({
      users: users.map(({ id }) =>
        unknown.some((user) => user.id === id) ? { non_field_errors: [`User ${id} does not exist`] } : {},
      ),
    });
  }
  if (teamId === null) return { team: null };
  const isSeen = caller.visibility === 'all' || caller.visibility.includes(teamId);
  const team = isSeen ? await findTeam(db, caller.org, teamId) : null;
  if (team === null) throw missingReference('team');
  return { team: { id: team.id, name: team.name } };
}

/** The rules over several fields, in their order. */
function checkCombination(body: Partial<Record<keyof typeof fields, unknown>>, users: readonly PagedUser[]): void {
  const hasTeam = body.team !== undefined && body.team !== null;
  const isForGroup = body.alert_group_id !== undefined;
  if (isForGroup && [body.title, body.message, body.source_url].some((value) => value !== undefined && value !== null))
    throw conflictOfFields('alert_group_id and (title, message, source_url) are mutually exclusive');
  if (users.length > 0 && hasTeam) throw conflictOfFields('users and team are mutually exclusive');
  if (users.length === 0 && hasTeam && isForGroup) throw conflictOfFields('users are required when alert_group_id is given');
}

async function addToGroup(
  deps: PagingDeps,
  caller: Caller,
  id: string,
  users: readonly PagedUser[],
): Promise<readonly PageWarning[]> {
  const missing = conflictOfFields(`Alert group ${id} does not exist`);
  if ((await findListedGroup(deps.db, caller.org, id)) === null) throw missing;
  await checkVisible(deps.db, caller, 'alert_groups', id);
  if (users.length === 0) throw refusal('No team or user(s) specified', 'nobody_specified');
  const result = await inActionTransaction(deps.db, (tx) => pageForGroup(tx, deps, caller.org, id, users, actorOf(caller)));
  if (result.ok) return result.warnings;
  if (result.reason === 'not_found') throw missing;
  const words = result.reason === 'attached' ? 'an attached' : 'a resolved';
  throw refusal(`Cannot add responders for ${words} alert group`, result.reason === 'attached' ? 'attached' : 'already_resolved');
}

async function nameOf({ db }: PagingDeps, caller: Caller): Promise<string> {
  if (caller.actor.type === 'service_account') return caller.actor.name;
  return (await findUser(db, caller.org, caller.actor.userId))?.username ?? caller.actor.userId;
}

/** Who was added to an alert group by hand, and how far they have come (web-ui.md 6.3). */
function registerResponders(app: FastifyInstance, deps: PagingDeps): void {
  const { db } = deps;
  const tags = ['alert_groups'];
  const nothing = Type.Null({ description: 'Nothing.' });
  app.get(
    '/alert_groups/:id/responders',
    {
      config: { permission: 'alert-groups:read' },
      schema: {
        operationId: 'listResponders',
        summary: 'Lists the people who were added to an alert group',
        tags,
        params: IdParams,
        response: { 200: Type.Object({ results: Type.Array(ResponderSchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const { org } = callerOf(request);
      if ((await findListedGroup(db, org, idOf(request))) === null) throw notFound();
      const responders = await respondersOf(db, org, idOf(request));
      const teams = await teamsOfUsers(
        db,
        org,
        responders.map(({ userId }) => userId),
      );
      return {
        results: responders.map((each) => ({
          user: { id: each.userId, username: each.username, name: each.name, teams: teams.get(each.userId) ?? [] },
          important: each.important,
          paged_at: apiTime(each.pagedAt),
          state: each.state,
          acknowledged_at: apiTimeOrNull(each.acknowledgedAt),
        })),
      };
    },
  );
  app.post(
    '/alert_groups/:id/unpage_user',
    {
      config: { permission: 'alert-groups:write', usersOnly: { mayAct: true } },
      schema: {
        operationId: 'unpageUser',
        summary: 'Takes a person off an alert group: what they have not been sent yet is not sent',
        tags,
        params: IdParams,
        body: Type.Object({ user_id: Type.String() }),
        response: { 200: nothing, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { user_id: userId } = readBody({ user_id: text() }, request.body, ['user_id']);
      const result = await unpageUser(deps, caller.org, idOf(request), userId, actorOf(caller));
      if (!result.ok) throw result.reason === 'not_found' ? notFound() : missingReference('user_id');
      return reply.code(200).removeHeader('content-type').send();
    },
  );
  app.post(
    '/alert_groups/:id/acknowledge_own_page',
    {
      config: { permission: 'alert-groups:write', usersOnly: true },
      schema: {
        operationId: 'acknowledgeOwnPage',
        summary: 'Ends the notifications of the caller, who was added to the alert group, and changes nothing for others',
        tags,
        params: IdParams,
        response: { 200: nothing, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const result = await acknowledgeOwnPages(deps, caller.org, idOf(request), personOf(caller));
      if (!result.ok) throw result.reason === 'not_found' ? notFound() : refusal('You are not being notified', result.reason);
      return reply.code(200).removeHeader('content-type').send();
    },
  );
}
