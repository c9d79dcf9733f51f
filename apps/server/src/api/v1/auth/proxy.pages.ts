import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createProxyCheck, listOrganizations, type ProxySignInResult, userOfProxy } from '../../../access/index.ts';
import { recordAudit } from '../../../audit/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { single } from '../conventions/pagination.ts';
import type { AuthDeps } from './auth-context.ts';
import { beginSession, sessionEvent, sourceOf } from './begin-session.ts';
import { showProblem } from './error-page.ts';
import { safeNext } from './safe-next.ts';

class DeniedError extends Error {
  readonly reason: Extract<ProxySignInResult, { ok: false }>['reason'];
  constructor(reason: DeniedError['reason']) {
    super(reason);
    this.reason = reason;
  }
}

/** The address that browsers open to be signed in by the reverse proxy before the server. There is none unless it is set up. */
export async function proxyPages(app: FastifyInstance, { ctx: deps }: { ctx: AuthDeps }): Promise<void> {
  const { db, clock, auth, baseUrl } = deps;
  const settings = auth.proxy;
  if (settings === null) return;
  const isProxy = createProxyCheck(settings.addresses);
  const headerOf = (request: FastifyRequest, name: string | null): string | null =>
    (name === null ? '' : (single(request.headers[name]) ?? '')).trim() || null;

  app.get('/auth/proxy/start', { schema: { hide: true } }, async (request, reply) => {
    const login = headerOf(request, settings.header);
    if (!isProxy(request.socket.remoteAddress) || login === null) {
      request.log.warn({ peer: request.socket.remoteAddress, request_id: request.id }, 'a sign-in did not come from the proxy');
      return showProblem(request, reply, 'provider_refused');
    }
    const [organization] = await listOrganizations(db);
    if (organization === undefined) return showProblem(request, reply, 'not_provisioned');
    const named = { login, email: headerOf(request, settings.emailHeader), name: headerOf(request, settings.nameHeader) };
    try {
      const { cookie } = await inTransaction(db, async (tx) => {
        const found = await userOfProxy(tx, organization.id, settings, named, clock.now());
        if (!found.ok) throw new DeniedError(found.reason);
        const begun = await beginSession(tx, deps, request, found.user, { method: 'proxy', secondFactor: false });
        if (found.isNew) {
          const resource = { type: 'user', id: found.user.id, name: found.user.username };
          const event = { type: 'user', name: 'user_created', resource, note: 'by the reverse proxy' };
          await recordAudit(tx, organization.id, sourceOf(request, found.user), event, clock.now());
        }
        return begun;
      });
      return reply
        .header('set-cookie', cookie)
        .header('cache-control', 'no-store')
        .redirect(safeNext(single((request.query as Record<string, unknown>).next), baseUrl), 302);
    } catch (err) {
      if (!(err instanceof DeniedError)) throw err;
      await inTransaction(db, (tx) =>
        recordAudit(
          tx,
          organization.id,
          sourceOf(request, null),
          sessionEvent('login_failed', null, `proxy: ${err.reason}`),
          clock.now(),
        ),
      );
      return showProblem(request, reply, err.reason);
    }
  });
}
