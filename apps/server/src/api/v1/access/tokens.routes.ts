import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import {
  type ApiToken,
  countUserTokens,
  createToken,
  findLiveToken,
  findServiceAccount,
  isAdoptable,
  isOrganizationAdmin,
  isServiceToken,
  isTokenTaken,
  listTokens,
  type Narrowing,
  revokeToken,
  type TokenOwner,
} from '../../../access/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { fieldErrors, forbidden, notFound, refusal } from '../conventions/api-error.ts';
import { audit, resourceEvent } from '../conventions/audit.ts';
import { type Caller, callerOf, personOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { checkUnchanged, sendOne } from '../conventions/etag.ts';
import { boolean, custom, idList, nullable, readBody } from '../conventions/fields.ts';
import { instantField } from '../conventions/instant-field.ts';
import { envelope, listOf, pageOf, pageParameters, readWindow, single } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { apiTime, apiTimeOrNull } from '../conventions/times.ts';
import { refuseNarrowed } from './grants.ts';
import { permissionNames, permissionsField } from './permission-names.ts';
import { checkTeams } from './service-accounts.resource.ts';

export type TokenDeps = ApiDeps & { readonly tokensPerUser: number };

const PAGE_SIZE = 100;
const LONGEST_NAME = 50;

const fields = {
  name: custom(Type.String({ maxLength: LONGEST_NAME }), (raw) => (typeof raw === 'string' ? raw.trim() : '')),
  expires_at: nullable(instantField),
  scopes: nullable(permissionsField),
  read_only: boolean(),
  team_ids: nullable(idList()),
  respect_team_visibility: boolean(),
  token: custom(Type.String({ description: 'A token made elsewhere, to be kept: only its digest is stored.' }), (raw) =>
    typeof raw === 'string' ? raw.trim() : '',
  ),
};

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const strings = Type.Array(Type.String());
const shown: Record<string, TSchema> = {
  id: Type.Integer(),
  name: Type.String(),
  user_id: TextOrNull,
  service_account_id: TextOrNull,
  starts_with: Type.String({ description: 'First characters, to tell tokens apart.' }),
  created_at: Type.String(),
  last_used_at: TextOrNull,
  last_used_ip: TextOrNull,
  expires_at: TextOrNull,
  is_adopted: Type.Boolean(),
  scopes: Type.Union([strings, Type.Null()], { description: 'Permissions that it is narrowed to; null: all of its owner.' }),
  read_only: Type.Boolean(),
  team_ids: Type.Union([strings, Type.Null()]),
  respect_team_visibility: Type.Boolean(),
};
const TokenSchema = named('ApiToken', Type.Object(shown));
const NewSchema = named('CreatedApiToken', Type.Object({ ...shown, token: Type.String({ description: 'Shown this once.' }) }));
const BodySchema = Type.Object(
  {
    name: fields.name.schema,
    ...Object.fromEntries(
      Object.entries(fields)
        .filter(([key]) => key !== 'name')
        .map(([key, field]) => [key, Type.Optional(field.schema)]),
    ),
  },
  { title: 'NewApiToken' },
);

const UNIQUES = { api_token_name_key: fieldErrors({ name: ['A token with this name already exists.'] }) };
const auditType = (token: ApiToken): string => (token.owner.type === 'user' ? 'public_api_token' : 'service_account_token');

/** API tokens of people (access.md 8) and of service accounts (9). */
export function registerTokens(app: FastifyInstance, deps: TokenDeps): void {
  const { db, clock, baseUrl } = deps;
  const present = async (caller: Caller, tokens: readonly ApiToken[]): Promise<Record<string, unknown>[]> => {
    const nameOf = await permissionNames(db, caller.org);
    return tokens.map((token) => ({
      id: token.number,
      name: token.name,
      user_id: token.owner.type === 'user' ? token.owner.id : null,
      service_account_id: token.owner.type === 'user' ? null : token.owner.id,
      starts_with: token.startsWith,
      created_at: apiTime(token.createdAt),
      last_used_at: apiTimeOrNull(token.lastUsedAt),
      last_used_ip: token.lastUsedIp,
      expires_at: apiTimeOrNull(token.expiresAt),
      is_adopted: token.isAdopted,
      scopes: token.narrowing.scopes === null ? null : token.narrowing.scopes.map((scope) => nameOf(scope as never)),
      read_only: token.narrowing.isReadOnly,
      team_ids: token.narrowing.teamIds,
      respect_team_visibility: token.narrowing.respectsVisibility,
    }));
  };
  const sendList = async (request: FastifyRequest, reply: FastifyReply, tokens: readonly ApiToken[]) => {
    const page = pageOf(tokens, readWindow(request.query as Record<string, unknown>, PAGE_SIZE));
    const items = await present(callerOf(request), page.rows);
    return sendJson(reply, 200, JSON.stringify(envelope(page, items, baseUrl, request.url)));
  };
  const create = async (request: FastifyRequest, reply: FastifyReply, owner: (tx: Tx) => Promise<TokenOwner>) => {
    const caller = callerOf(request);
    refuseNarrowed(caller, 'tokens');
    const body = readBody(fields, request.body);
    const { token, text } = await inOneTransaction(db, UNIQUES, async (tx) => {
      const made = await make(tx, deps, caller, await owner(tx), body);
      const [after] = await present(caller, [made.token]);
      const name = body.token === undefined ? 'created' : 'adopted';
      await audit(tx, request, { ...resourceEvent(auditType(made.token), null, after ?? {}), name }, clock);
      return made;
    });
    const [item] = await present(caller, [token]);
    return sendJson(reply, 201, JSON.stringify({ ...item, token: text }));
  };
  const revoke = async (request: FastifyRequest, reply: FastifyReply, mayEnd: (token: ApiToken) => boolean) => {
    const caller = callerOf(request);
    await inOneTransaction(db, {}, async (tx) => {
      const token = await findLiveToken(tx, caller.org, numberOf(request));
      if (token === null || !mayEnd(token) || !(await revokeToken(tx, caller.org, token.id, clock.now()))) throw notFound();
      const [before] = await present(caller, [token]);
      await checkUnchanged(tx, request, 'tokens', token.id, async () => JSON.stringify(before));
      await audit(tx, request, { ...resourceEvent(auditType(token), before ?? {}, null), name: 'revoked' }, clock);
    });
    return reply.code(204).send();
  };
  const NoContent = Type.Null({ description: 'Nothing.' });
  const isOwn = (caller: Caller, { owner }: ApiToken) => owner.type === 'user' && owner.id === caller.userId;

  const own = { tags: ['tokens'] };
  app.get(
    '/tokens',
    {
      config: { permission: 'api-keys:read', usersOnly: true },
      schema: {
        ...own,
        operationId: 'listTokens',
        summary: 'Lists own API tokens; with `all=true` those of everybody, for administrators',
        querystring: Type.Object({ ...pageParameters, all: Type.Optional(Type.String()), user_id: Type.Optional(Type.String()) }),
        response: { 200: listOf(TokenSchema), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const query = request.query as Record<string, unknown>;
      const userId = single(query.user_id) || undefined;
      const wantsAll = single(query.all)?.toLowerCase() === 'true';
      if ((wantsAll || (userId !== undefined && userId !== caller.userId)) && !isOrganizationAdmin(caller)) throw forbidden();
      const owner: TokenOwner | null = wantsAll ? null : { type: 'user', id: userId ?? personOf(caller) };
      return sendList(request, reply, await listTokens(db, caller.org, owner));
    },
  );
  app.get(
    '/tokens/:id',
    {
      config: { permission: 'api-keys:read', usersOnly: true },
      schema: {
        ...own,
        operationId: 'getToken',
        summary: 'Reads one API token',
        params: Type.Object({ id: Type.String() }),
        response: { 200: TokenSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const token = await findLiveToken(db, caller.org, numberOf(request));
      if (token === null || !(isOwn(caller, token) || isOrganizationAdmin(caller))) throw notFound();
      return sendOne(reply, 200, JSON.stringify((await present(caller, [token]))[0]));
    },
  );
  app.post(
    '/tokens',
    {
      config: { permission: 'api-keys:write', usersOnly: true, needsProof: true },
      schema: {
        ...own,
        operationId: 'createToken',
        summary: 'Makes or adopts an API token of one’s own; a new one is shown once',
        body: BodySchema,
        response: { 201: NewSchema, ...errorResponses },
      },
    },
    (request, reply) => create(request, reply, async () => ({ type: 'user', id: personOf(callerOf(request)) })),
  );
  app.delete(
    '/tokens/:id',
    {
      config: { permission: { anyOf: ['api-keys:write', 'admin:admin'] }, usersOnly: true },
      schema: {
        ...own,
        operationId: 'deleteToken',
        summary: 'Revokes an API token: one’s own, or anybody’s for administrators',
        params: Type.Object({ id: Type.String() }),
        response: { 204: NoContent, ...errorResponses },
      },
    },
    (request, reply) => {
      const caller = callerOf(request);
      return revoke(request, reply, (token) => isOwn(caller, token) || isOrganizationAdmin(caller));
    },
  );

  const ofAccount = { tags: ['service_accounts'] };
  const accountOwner = async (tx: Parameters<typeof findServiceAccount>[0], request: FastifyRequest): Promise<TokenOwner> => {
    const { id } = request.params as { id: string };
    if ((await findServiceAccount(tx, callerOf(request).org, id)) === null) throw notFound();
    return { type: 'service_account', id };
  };
  app.get(
    '/service_accounts/:id/tokens',
    {
      config: { permission: 'admin:admin' },
      schema: {
        ...ofAccount,
        operationId: 'listServiceAccountTokens',
        summary: 'Lists the tokens of a service account',
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object(pageParameters),
        response: { 200: listOf(TokenSchema), ...errorResponses },
      },
    },
    async (request, reply) =>
      sendList(request, reply, await listTokens(db, callerOf(request).org, await accountOwner(db, request))),
  );
  app.post(
    '/service_accounts/:id/tokens',
    {
      config: { permission: 'admin:admin', needsProof: true },
      schema: {
        ...ofAccount,
        operationId: 'createServiceAccountToken',
        summary: 'Makes or adopts a token of a service account; a new one is shown once',
        params: Type.Object({ id: Type.String() }),
        body: BodySchema,
        response: { 201: NewSchema, ...errorResponses },
      },
    },
    (request, reply) => create(request, reply, (tx) => accountOwner(tx, request)),
  );
  app.delete(
    '/service_accounts/:id/tokens/:token',
    {
      config: { permission: 'admin:admin' },
      schema: {
        ...ofAccount,
        operationId: 'deleteServiceAccountToken',
        summary: 'Revokes a token of a service account',
        params: Type.Object({ id: Type.String(), token: Type.String() }),
        response: { 204: NoContent, ...errorResponses },
      },
    },
    (request, reply) => {
      const { id } = request.params as { id: string };
      return revoke(request, reply, ({ owner }) => owner.type === 'service_account' && owner.id === id);
    },
  );
}

function numberOf(request: FastifyRequest): number {
  const { id, token } = request.params as { id: string; token?: string };
  const text = token ?? id;
  if (!/^\d{1,9}$/.test(text)) throw notFound();
  return Number(text);
}

type Body = ReturnType<typeof readBody<typeof fields>>;

/** Checks what is asked for and makes the token. */
async function make(tx: Tx, { clock, tokensPerUser }: TokenDeps, caller: Caller, owner: TokenOwner, body: Body) {
  const now = clock.now();
  const name = body.name ?? '';
  if (name === '' || name.length > LONGEST_NAME) throw refusal('Invalid token name', 'invalid_token_name');
  if (owner.type === 'user' && (await countUserTokens(tx, caller.org, owner.id, now)) >= tokensPerUser)
    throw refusal('Max token count', 'too_many_tokens');
  const { expires_at: expiresAt = null, token: adopted } = body;
  if (expiresAt !== null && expiresAt <= now) throw fieldErrors({ expires_at: ['The time must be in the future.'] });
  if (body.team_ids !== undefined && body.team_ids !== null) await checkTeams(tx, caller, body.team_ids);
  if (adopted !== undefined) await checkAdopted(tx, owner, adopted);
  const respects = asksForVisibility(caller);
  if (respects && body.respect_team_visibility === false)
    throw forbidden('A token that respects the visibility of teams makes only tokens that do.', 'narrowed_token');
  const narrowing: Narrowing = {
    scopes: body.scopes ?? null,
    isReadOnly: body.read_only ?? false,
    teamIds: body.team_ids ?? null,
    respectsVisibility: body.respect_team_visibility ?? respects,
  };
  const of = owner.type === 'user' ? { userId: owner.id } : { serviceAccountId: owner.id };
  return createToken(tx, caller.org, { name, expiresAt, narrowing, ...of, ...(adopted === undefined ? {} : { adopted }) }, now);
}

/** Whether the caller is a token that sees what its owner's teams let them see, and no more. */
const asksForVisibility = (caller: Caller): boolean => caller.tokenId !== null && caller.visibility !== 'all';

async function checkAdopted(tx: Tx, owner: TokenOwner, text: string): Promise<void> {
  if (!isAdoptable(text))
    throw fieldErrors({ token: ['A token has 32 to 512 characters, without spaces, that are hard to guess.'] });
  if (owner.type === 'user' && text.startsWith('glsa_'))
    throw fieldErrors({ token: ['Tokens that begin with glsa_ belong to service accounts.'] });
  if (owner.type === 'service_account' && !isServiceToken(text))
    throw fieldErrors({ token: ['Tokens of service accounts have the form glsa_…_….'] });
  if (await isTokenTaken(tx, text)) throw fieldErrors({ token: ['This token is in use already.'] });
}
