import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { AuthContext } from '../auth/auth-context.ts';
import { notFound } from '../conventions/api-error.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { sendOne } from '../conventions/etag.ts';
import { envelope, listOf, pageParameters, readWindow } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, sendJson } from '../conventions/resource.ts';

const Organization = named('Organization', Type.Object({ id: Type.String() }));
/** No messenger can be connected yet, so none is. */
const ConfigChecks = named(
  'ConfigChecks',
  Type.Object({
    is_chatops_connected: Type.Boolean({ description: 'A messenger is installed.' }),
    is_integration_chatops_connected: Type.Boolean({ description: 'A route publishes to a channel.' }),
    is_email_configured: Type.Boolean({ description: 'Mails can be sent.' }),
  }),
);
const Info = Type.Object({ url: Type.String() });
const PAGE_SIZE = 25;

/** The caller's own organization, which is the only one there is for it, and where this server is (http-api-oncall.md 9 and 10). */
export function registerOrganizations(
  app: FastifyInstance,
  { baseUrl, auth }: ApiDeps & { readonly auth: Pick<AuthContext, 'features'> },
): void {
  const config = { permission: 'other-settings:read' as const };
  const tags = ['organizations'];
  app.get(
    '/organizations',
    {
      config,
      schema: {
        operationId: 'listOrganizations',
        summary: 'Lists the one organization of the caller',
        tags,
        querystring: Type.Object(pageParameters),
        response: { 200: listOf(Organization), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const { size } = readWindow(request.query as Record<string, unknown>, PAGE_SIZE);
      const page = { kind: 'page' as const, rows: [org], count: 1, page: 1, size, totalPages: 1 };
      return sendJson(reply, 200, JSON.stringify(envelope(page, [{ id: org }], baseUrl, request.url)));
    },
  );
  app.get(
    '/organizations/:id',
    {
      config,
      schema: {
        operationId: 'getOrganization',
        summary: 'Reads the organization of the caller, by its id or as `current`',
        tags,
        params: Type.Object({ id: Type.String() }),
        response: { 200: Organization, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const { id } = request.params as { id: string };
      if (id !== org && id !== 'current') throw notFound();
      return sendOne(reply, 200, JSON.stringify({ id: org }));
    },
  );
  app.get(
    '/organizations/:id/config-checks',
    {
      config,
      schema: {
        operationId: 'getConfigChecks',
        summary: 'Tells what of the organization is set up, for hints',
        tags,
        params: Type.Object({ id: Type.String() }),
        response: { 200: ConfigChecks, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const { id } = request.params as { id: string };
      if (id !== org && id !== 'current') throw notFound();
      const checks = {
        is_chatops_connected: false,
        is_integration_chatops_connected: false,
        is_email_configured: auth.features.includes('email'),
      };
      return sendJson(reply, 200, JSON.stringify(checks));
    },
  );
  app.get(
    '/features',
    {
      config: { permission: 'signed-in' },
      schema: {
        operationId: 'listFeatures',
        summary: 'Names what is switched on',
        tags: ['features'],
        response: { 200: Type.Array(Type.String()), ...errorResponses },
      },
    },
    async (_request, reply) => sendJson(reply, 200, JSON.stringify(auth.features)),
  );
  app.get(
    '/info',
    {
      config: { ...config, usersOnly: true, ownLimit: { name: 'info', perMinute: 100 } },
      schema: {
        operationId: 'getInfo',
        summary: 'Tells the address of this server; other instances check a token with it',
        tags: ['info'],
        response: { 200: Info, ...errorResponses },
      },
    },
    async (_request, reply) => sendJson(reply, 200, JSON.stringify({ url: baseUrl })),
  );
}
