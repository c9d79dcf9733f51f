import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import type { Requirement } from '../../access/index.ts';
import { removeDirectPaging } from '../../paging/index.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import {
  createTeam,
  deleteTeam,
  findTeam,
  findTeamByNumber,
  listMembers,
  listTeams,
  setMaintainers,
  setTeamMembers,
  type Team,
  type TeamMember,
  updateTeam,
} from '../../users/index.ts';
import { checkMembership } from '../v1/access/grants.ts';
import { ApiError } from '../v1/conventions/api-error.ts';
import { audit, resourceEvent } from '../v1/conventions/audit.ts';
import { type Caller, callerOf, createAdmission } from '../v1/conventions/caller.ts';
import { createContacts } from '../v1/conventions/contacts.ts';
import { bodyObject } from '../v1/conventions/fields.ts';
import { readWindow, single } from '../v1/conventions/pagination.ts';
import { createRefusalLog } from '../v1/conventions/refusals.ts';
import { API_BODY_LIMIT, readRequestBodies } from '../v1/conventions/request-bodies.ts';
import { inOneTransaction, sendJson } from '../v1/conventions/resource.ts';
import type { ApiContext } from '../v1/index.ts';

const READ: Requirement = { anyOf: ['user-settings:read', 'teams:write'] };
const WRITE: Requirement = 'teams:write';
/** Grafana numbers its organizations; a caller of ours has one. */
const ORG_ID = 1;
/** Grafana's number for the right of a maintainer; members have 0. */
const MAINTAINER = 4;
const PAGE_SIZE = 1000;

const message = (status: number, text: string) => new ApiError(status, { message: text });
const teamNotFound = () => message(404, 'Team not found');
const UNIQUES = { team_name_key: message(409, 'Team name taken') };

/**
 * Grafana's own calls for teams and people, on our teams, registered below `/api`, so that Terraform code with `grafana_team` works
 * when its url is ours (http-api-oncall.md 2.1).
 */
export async function grafanaApi(app: FastifyInstance, { ctx }: { ctx: ApiContext }): Promise<void> {
  const { db, clock } = ctx;
  const contactsOf = createContacts(ctx);
  readRequestBodies(app);
  answerAsGrafana(app);
  app.setValidatorCompiler(() => () => true);
  app.decorateRequest('caller', null);
  app.decorateRequest('session', null);
  app.decorateRequest('lacksSecondFactor', false);
  app.addHook('onRoute', (route) => {
    route.bodyLimit ??= API_BODY_LIMIT;
  });
  app.addHook(
    'onRequest',
    createAdmission({
      authenticate: ctx.authenticate,
      clock: ctx.clock,
      limitPerMinute: ctx.requestsPerMinute,
      limitOf: ctx.requestsPerMinuteOf,
      contactsOf,
      noteRefusal: createRefusalLog(ctx),
    }),
  );
  app.addHook('onSend', async (request) => {
    if (request.caller !== null && request.method !== 'GET') ctx.forgetRights(request.caller.org);
  });
  const options = (permission: Requirement) => ({ config: { permission }, schema: { hide: true } });
  const write = <T>(work: (tx: Tx) => Promise<T>) => inOneTransaction(db, UNIQUES, work);
  const record = (tx: Tx, request: FastifyRequest, before: Team | null, after: Team | null, members?: readonly TeamMember[]) => {
    const shown = (team: Team | null) =>
      team && {
        id: team.id,
        name: team.name,
        email: team.email,
        ...(members ? { members: members.map((one) => one.userId) } : {}),
      };
    return audit(tx, request, resourceEvent('team', shown(before), shown(after)), clock);
  };

  // Clients that are given Grafana's address alone ask its plugin for the API's; here both are one.
  app.get('/plugins/grafana-irm-app/settings', options('signed-in'), async (_request, reply) =>
    send(reply, { enabled: true, jsonData: { onCallApiUrl: ctx.baseUrl } }),
  );
  app.get('/teams/search', options(READ), async (request, reply) => {
    const { org } = callerOf(request);
    const query = request.query as Record<string, unknown>;
    const window = readWindow(query, PAGE_SIZE);
    const name = single(query.name) || undefined;
    const search = single(query.query) || undefined;
    const filter = { ...(name === undefined ? {} : { name }), ...(search === undefined ? {} : { search }) };
    const page = await listTeams(db, org, filter, {
      kind: 'page',
      page: window.kind === 'page' ? window.page : 1,
      size: window.size,
    });
    const teams = await presentTeams(db, org, page.rows);
    const totalCount = page.kind === 'page' ? page.count : teams.length;
    const asked = window.kind === 'page' ? window.page : 1;
    return send(reply, {
      totalCount,
      teams: asked > 1 && page.kind === 'page' && asked > page.totalPages ? [] : teams,
      page: asked,
      perPage: window.size,
    });
  });
  app.post('/teams', options(WRITE), async (request, reply) => {
    const { org } = callerOf(request);
    const { name, email } = readTeam(request.body);
    if (name === undefined) throw message(400, 'name is required');
    const team = await write(async (tx) => {
      const made = await createTeam(tx, org, { name, email: email || null }, clock.now());
      await record(tx, request, null, made);
      return made;
    });
    return send(reply, { message: 'Team created', teamId: team.grafanaId, uid: team.id });
  });
  app.get('/teams/:teamId', options(READ), async (request, reply) => {
    const { org } = callerOf(request);
    const [shown] = await presentTeams(db, org, [await teamOf(db, request)]);
    return send(reply, shown);
  });
  app.put('/teams/:teamId', options(WRITE), async (request, reply) => {
    const { org } = callerOf(request);
    const { name, email } = readTeam(request.body);
    await write(async (tx) => {
      const team = await teamOf(tx, request);
      const changed = { ...team, name: name ?? team.name, email: email === undefined ? team.email : email || null };
      await updateTeam(tx, org, changed);
      await record(tx, request, team, changed);
    });
    return send(reply, { message: 'Team updated' });
  });
  app.delete('/teams/:teamId', options(WRITE), async (request, reply) => {
    const { org } = callerOf(request);
    await write(async (tx) => {
      const team = await teamOf(tx, request);
      await checkMembership(tx, callerOf(request), team.id, []); // its members lose its roles
      await removeDirectPaging(tx, org, team.id, clock.now());
      await deleteTeam(tx, org, team.id);
      await record(tx, request, team, null);
    });
    return send(reply, { message: 'Team deleted' });
  });
  app.get('/teams/:teamId/preferences', options(READ), async (request, reply) => {
    await teamOf(db, request);
    return send(reply, {});
  });

  app.get('/teams/:teamId/members', options(READ), async (request, reply) => {
    const { org } = callerOf(request);
    const members = await listMembers(db, org, (await teamOf(db, request)).id);
    return send(
      reply,
      members.map((member) => ({
        userId: member.grafanaId,
        email: member.email,
        login: member.username,
        name: member.name,
        permission: member.isMaintainer ? MAINTAINER : 0,
        labels: [],
      })),
    );
  });
  /** Changes the members of a team: `change` gets their ids and those of the maintainers, and returns both as they shall be. */
  const changeMembers = (
    request: FastifyRequest,
    number: unknown,
    change: (userId: string, members: readonly TeamMember[]) => { members: readonly string[]; maintainers: readonly string[] },
  ) =>
    write(async (tx) => {
      const caller = callerOf(request);
      const team = await teamOf(tx, request);
      const userId = await userIdOf(tx, caller, number);
      const before = await listMembers(tx, caller.org, team.id);
      const { members, maintainers } = change(userId, before);
      await checkMembership(tx, caller, team.id, members);
      await setTeamMembers(tx, caller.org, team.id, members);
      await setMaintainers(tx, caller.org, team.id, maintainers);
      await record(tx, request, team, team, await listMembers(tx, caller.org, team.id));
    });
  const idsOf = (members: readonly TeamMember[]) => members.map((member) => member.userId);
  const maintainersOf = (members: readonly TeamMember[]) => idsOf(members.filter((member) => member.isMaintainer));

  app.post('/teams/:teamId/members', options(WRITE), async (request, reply) => {
    await changeMembers(request, bodyObject(request.body).userId, (userId, members) => {
      if (idsOf(members).includes(userId)) throw message(400, 'User is already added to this team');
      return { members: [...idsOf(members), userId], maintainers: maintainersOf(members) };
    });
    return send(reply, { message: 'Member added to Team' });
  });
  app.put('/teams/:teamId/members/:userId', options(WRITE), async (request, reply) => {
    const isMaintainer = bodyObject(request.body).permission === MAINTAINER;
    await changeMembers(request, (request.params as { userId: string }).userId, (userId, members) => {
      if (!idsOf(members).includes(userId)) throw message(404, 'Team member not found.');
      const others = maintainersOf(members).filter((id) => id !== userId);
      return { members: idsOf(members), maintainers: isMaintainer ? [...others, userId] : others };
    });
    return send(reply, { message: 'Team member updated' });
  });
  app.delete('/teams/:teamId/members/:userId', options(WRITE), async (request, reply) => {
    await changeMembers(request, (request.params as { userId: string }).userId, (userId, members) => {
      if (!idsOf(members).includes(userId)) throw message(404, 'Team member not found.');
      const others = members.filter((member) => member.userId !== userId);
      return { members: idsOf(others), maintainers: maintainersOf(others) };
    });
    return send(reply, { message: 'Team Member removed' });
  });

  app.get('/org/users', options(READ), async (request, reply) => {
    const { org } = callerOf(request);
    const { rows } = await sql<{ userId: number; email: string; login: string; name: string; role: string }>`
      select grafana_id as "userId", email, username as login, name, initcap(role) as role
      from users where organization_id = ${org} and is_active order by grafana_id`.execute(db);
    return send(
      reply,
      rows.map((row) => ({ orgId: ORG_ID, ...row })),
    );
  });
}

const send = (reply: FastifyReply, body: unknown): FastifyReply => sendJson(reply, 200, JSON.stringify(body));

/** Errors with a `message`, as Grafana has them; refusals keep their other keys. */
function answerAsGrafana(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Error, _request, reply) => {
    if (!(error instanceof ApiError)) throw error;
    const body = typeof error.body === 'object' && !Array.isArray(error.body) ? error.body : {};
    const { detail = '' } = body as { detail?: unknown };
    return sendJson(reply.headers(error.headers), error.status, JSON.stringify({ message: detail, ...body }));
  });
}

function readTeam(body: unknown): { name?: string; email?: string } {
  const { name, email } = bodyObject(body);
  if (name !== undefined && (typeof name !== 'string' || name.trim() === '' || name.length > 190 || name.includes('\0')))
    throw message(400, 'name must be a text of 1 to 190 characters');
  if (email !== undefined && (typeof email !== 'string' || email.length > 254 || email.includes('\0')))
    throw message(400, 'email must be a text of at most 254 characters');
  return { ...(name === undefined ? {} : { name: name.trim() }), ...(email === undefined ? {} : { email: email.trim() }) };
}

/** The team in the path, by its number or its uid. */
async function teamOf(db: Db | Tx, request: FastifyRequest): Promise<Team> {
  const { org } = callerOf(request);
  const { teamId } = request.params as { teamId: string };
  const team = /^\d{1,9}$/.test(teamId) ? await findTeamByNumber(db, org, Number(teamId)) : await findTeam(db, org, teamId);
  if (team === null) throw teamNotFound();
  return team;
}

async function userIdOf(tx: Tx, caller: Caller, number: unknown): Promise<string> {
  const text = String(number ?? '');
  const { rows } = /^\d{1,9}$/.test(text)
    ? await sql<{ id: string }>`
        select id from users where organization_id = ${caller.org} and grafana_id = ${Number(text)} and is_active`.execute(tx)
    : { rows: [] };
  if (rows[0] === undefined) throw message(404, 'User not found');
  return rows[0].id;
}

async function presentTeams(db: Db, org: string, teams: readonly Team[]): Promise<unknown[]> {
  const { rows } = await sql<{ team_id: string; count: number }>`
    select m.team_id, count(*)::int as count from team_member m
    join users u on u.organization_id = m.organization_id and u.id = m.user_id and u.is_active
    where m.organization_id = ${org} and m.team_id = any(${teams.map((team) => team.id)}::text[]) group by m.team_id`.execute(db);
  const counts = new Map(rows.map((row) => [row.team_id, row.count]));
  return teams.map((team) => ({
    id: team.grafanaId,
    uid: team.id,
    orgId: ORG_ID,
    name: team.name,
    email: team.email ?? '',
    avatarUrl: team.avatarUrl ?? `/avatar/${team.id}`,
    memberCount: counts.get(team.id) ?? 0,
  }));
}
