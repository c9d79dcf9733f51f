import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { listIdentities, type OidcClient, OidcError, removeIdentities } from '../../../access/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { findUser, passwordHashOf } from '../../../users/index.ts';
import { ApiError, notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { sessionOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { nullable, readBody, text } from '../conventions/fields.ts';
import { sendJson } from '../conventions/resource.ts';
import type { AuthDeps } from './auth-context.ts';
import { sessionEvent } from './begin-session.ts';
import { beginFlow } from './oidc-flow.ts';
import { safeNext } from './safe-next.ts';

const NameParams = Type.Object({ name: Type.String() });
const Target = named('SignInTarget', Type.Object({ url: Type.String({ description: 'Where to send the browser.' }) }));
const Identities = Type.Object({
  results: Type.Array(
    named(
      'OidcIdentity',
      Type.Object({
        provider: Type.String(),
        label: Type.String(),
        email: Type.Union([Type.String(), Type.Null()]),
        created_at: Type.String(),
        last_used_at: Type.String(),
      }),
    ),
  ),
});
const fields = { next: nullable(text({ max: 2_000, blank: true })) };

/** Providers of the person who is signed in: adding one, proving who one is by one, removing one. */
export function registerOidc(app: FastifyInstance, deps: AuthDeps): void {
  const { db, clock, auth, baseUrl } = deps;
  const tags = ['auth'];
  const own = { permission: 'signed-in', sessionOnly: true } as const;
  const body = Type.Partial(Type.Object({ next: Type.String({ description: 'Page of this server to come back to.' }) }));

  const clientOf = (request: FastifyRequest): OidcClient => {
    const client = auth.oidc.get((request.params as { name: string }).name);
    if (client === undefined) throw notFound();
    return client;
  };
  const begin = async (request: FastifyRequest, reply: FastifyReply, kind: 'link' | 'proof') => {
    const { userId } = sessionOf(request);
    const { next } = readBody(fields, request.body);
    try {
      const url = await beginFlow(deps, request, reply, clientOf(request), { kind, userId }, safeNext(next ?? '/', baseUrl));
      return sendJson(reply.header('cache-control', 'no-store'), 201, JSON.stringify({ url }));
    } catch (err) {
      if (!(err instanceof OidcError)) throw err;
      request.log.warn({ err, request_id: request.id }, 'a provider of OpenID Connect cannot be used');
      throw new ApiError(502, { detail: 'The provider could not be reached.', code: 'provider_unreachable' });
    }
  };

  app.get(
    '/auth/oidc',
    {
      config: own,
      schema: {
        operationId: 'listIdentities',
        summary: 'Lists the providers one signs in by',
        tags,
        response: { 200: Identities },
      },
    },
    async (request, reply) => {
      const { org, userId } = sessionOf(request);
      const results = (await listIdentities(db, org, userId)).map((identity) => ({
        provider: identity.provider,
        label: auth.oidc.get(identity.provider)?.provider.label ?? identity.provider,
        email: identity.email,
        created_at: identity.createdAt.toISOString(),
        last_used_at: identity.lastUsedAt.toISOString(),
      }));
      return sendJson(reply, 200, JSON.stringify({ results }));
    },
  );
  app.post(
    '/auth/oidc/:name/link',
    {
      config: { ...own, needsProof: true },
      schema: {
        operationId: 'linkProvider',
        summary: 'Begins to add a provider to sign in by',
        tags,
        params: NameParams,
        body,
        response: { 201: Target },
      },
    },
    (request, reply) => begin(request, reply, 'link'),
  );
  app.post(
    '/auth/oidc/:name/proof',
    {
      config: own,
      schema: {
        operationId: 'proveByProvider',
        summary: 'Begins to prove who one is at a provider',
        tags,
        params: NameParams,
        body,
        response: { 201: Target },
      },
    },
    (request, reply) => begin(request, reply, 'proof'),
  );
  app.delete(
    '/auth/oidc/:name',
    {
      config: { ...own, needsProof: true },
      schema: {
        operationId: 'unlinkProvider',
        summary: 'Removes a provider one signs in by',
        tags,
        params: NameParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { org, userId } = sessionOf(request);
      const { name } = request.params as { name: string };
      await inTransaction(db, async (tx) => {
        if ((await removeIdentities(tx, org, userId, name)) === 0) throw notFound();
        const hasPassword = (await passwordHashOf(tx, org, userId))?.passwordHash !== null;
        if (!hasPassword && (await listIdentities(tx, org, userId)).length === 0)
          throw new ApiError(409, { detail: 'Set a password first: there would be no way to sign in.', code: 'no_other_way_in' });
        await audit(tx, request, sessionEvent('identity_unlinked', await findUser(tx, org, userId), `provider ${name}`), clock);
      });
      return reply.code(204).send();
    },
  );
}
