import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { endOfSession, endSessions, listSessions, readPolicy, type Session, type SignInPolicy } from '../../../access/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import type { Db } from '../../../platform/db/database.ts';
import { findUser, type User } from '../../../users/index.ts';
import { notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf, sessionOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { sendJson } from '../conventions/resource.ts';
import type { AuthDeps } from './auth-context.ts';
import { sessionEvent } from './begin-session.ts';

const Text = Type.Union([Type.String(), Type.Null()]);
const SessionRow = named(
  'SessionInfo',
  Type.Object({
    id: Type.String(),
    is_current: Type.Boolean(),
    created_at: Type.String(),
    last_seen_at: Type.String({ description: 'To the minute.' }),
    expires_at: Type.String(),
    method: Type.String(),
    second_factor: Type.Boolean(),
    ip: Text,
    user_agent: Text,
  }),
);
const Sessions = Type.Object({ results: Type.Array(SessionRow) });
const NoContent = Type.Null();

const present = (session: Session, currentId: string | null, policy: SignInPolicy) => ({
  id: session.id,
  is_current: session.id === currentId,
  created_at: session.createdAt.toISOString(),
  last_seen_at: session.lastSeenAt.toISOString(),
  expires_at: endOfSession(session, policy).toISOString(),
  method: session.method,
  second_factor: session.secondFactor,
  ip: session.ip,
  user_agent: session.userAgent,
});

/** Where people are signed in, and how they end it (access.md 7.3). */
export function registerSessions(app: FastifyInstance, { db, clock }: AuthDeps): void {
  const own = { permission: 'signed-in', sessionOnly: true } as const;
  const ofOthers = { permission: 'admin:admin' } as const;

  const list = async (org: string, userId: string, currentId: string | null) => {
    const [sessions, policy] = await Promise.all([listSessions(db, org, userId), readPolicy(db, org)]);
    const now = clock.now();
    const live = sessions.filter((session) => endOfSession(session, policy) > now);
    return JSON.stringify({ results: live.map((session) => present(session, currentId, policy)) });
  };

  app.get(
    '/auth/sessions',
    {
      config: own,
      schema: {
        operationId: 'listOwnSessions',
        summary: "Lists one's own sessions",
        tags: ['auth'],
        response: { 200: Sessions },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      return sendJson(reply, 200, await list(session.org, session.userId, session.id));
    },
  );
  app.delete(
    '/auth/sessions',
    {
      config: own,
      schema: {
        operationId: 'endOtherSessions',
        summary: "Ends all one's sessions but this one",
        tags: ['auth'],
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      await inTransaction(db, async (tx) => {
        const count = await endSessions(tx, session.org, session.userId, { except: session.id });
        const user = await findUser(tx, session.org, session.userId);
        if (count > 0) await audit(tx, request, sessionEvent('session_revoked', user, `${count} other sessions`), clock);
      });
      return reply.code(204).send();
    },
  );
  app.delete(
    '/auth/sessions/:id',
    {
      config: own,
      schema: {
        operationId: 'endOwnSession',
        summary: "Ends one of one's sessions",
        tags: ['auth'],
        params: Type.Object({ id: Type.String() }),
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      await endOne(session.org, session.userId, request, (request.params as { id: string }).id);
      return reply.code(204).send();
    },
  );
  app.get(
    '/users/:id/sessions',
    {
      config: ofOthers,
      schema: {
        operationId: 'listUserSessions',
        summary: "Lists a person's sessions",
        tags: ['users'],
        params: Type.Object({ id: Type.String() }),
        response: { 200: Sessions },
      },
    },
    async (request, reply) => {
      const { org, sessionId } = callerOf(request);
      const user = await personOfPath(db, org, request.params);
      return sendJson(reply, 200, await list(org, user.id, sessionId));
    },
  );
  app.delete(
    '/users/:id/sessions',
    {
      config: ofOthers,
      schema: {
        operationId: 'endUserSessions',
        summary: "Ends all of a person's sessions",
        tags: ['users'],
        params: Type.Object({ id: Type.String() }),
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const user = await personOfPath(db, org, request.params);
      await inTransaction(db, async (tx) => {
        const count = await endSessions(tx, org, user.id);
        if (count > 0) await audit(tx, request, sessionEvent('session_revoked', user, `${count} sessions`), clock);
      });
      return reply.code(204).send();
    },
  );
  app.delete(
    '/users/:id/sessions/:session_id',
    {
      config: ofOthers,
      schema: {
        operationId: 'endUserSession',
        summary: "Ends one of a person's sessions",
        tags: ['users'],
        params: Type.Object({ id: Type.String(), session_id: Type.String() }),
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const user = await personOfPath(db, org, request.params);
      await endOne(org, user.id, request, (request.params as { session_id: string }).session_id);
      return reply.code(204).send();
    },
  );

  const endOne = (org: string, userId: string, request: Parameters<typeof audit>[1], id: string) =>
    inTransaction(db, async (tx) => {
      if ((await endSessions(tx, org, userId, { only: id })) === 0) throw notFound();
      await audit(tx, request, sessionEvent('session_revoked', await findUser(tx, org, userId)), clock);
    });
}

async function personOfPath(db: Db, org: string, params: unknown): Promise<User> {
  const user = await findUser(db, org, (params as { id: string }).id);
  if (user === null) throw notFound();
  return user;
}
