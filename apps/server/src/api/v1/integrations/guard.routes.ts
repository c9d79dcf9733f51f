import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import {
  addSecret,
  endPreviousToken,
  type GuardSecret,
  type GuardSettings,
  type GuardValues,
  type Integration,
  MOST_OVERLAP_SECONDS,
  readGuard,
  removeSecret,
  rotateToken,
  type SecretKind,
  saveGuard,
} from '../../../integrations/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import type { SecretBox } from '../../../platform/secrets.ts';
import { fieldErrors, notFound, refusal } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { type Caller, callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { checkIfMatch, sendOne } from '../conventions/etag.ts';
import { bodyObject, custom, integer, invalidChoice, readBody } from '../conventions/fields.ts';
import { errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { apiTime, apiTimeOrNull } from '../conventions/times.ts';
import { visibleIntegration } from './find-visible.ts';
import { guardFields, MASK, readSecret, SECRET_MIN } from './guard-fields.ts';
import { IntegrationSchema } from './integration-fields.ts';

const SecretSchema = Type.Object({
  id: Type.String(),
  secret: Type.String({ description: 'Asterisks; the text itself is shown once, when the secret is made.' }),
  created_at: Type.String({ format: 'date-time' }),
  last_used_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
});
const secrets = Type.Array(SecretSchema, { description: 'At most two, which work side by side.' });
const GuardSchema = named(
  'IntegrationGuard',
  Type.Object({
    hmac: Type.Union([
      Type.Object({
        header: Type.String(),
        algorithm: Type.String(),
        encoding: Type.String(),
        prefix: Type.String(),
        signed_text: Type.String(),
        timestamp_header: Type.Union([Type.String(), Type.Null()]),
        tolerance_seconds: Type.Integer(),
        secrets,
      }),
      Type.Null(),
    ]),
    authorization: Type.Union([Type.Object({ kind: Type.String(), username: Type.String(), secrets }), Type.Null()]),
    allowed_addresses: Type.Array(Type.String()),
    allowed_topics: Type.Array(Type.String()),
  }),
);
const IdParams = Type.Object({ id: Type.String() });
const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

export interface GuardDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly secrets: SecretBox;
  readonly present: (tx: Tx, caller: Caller, integration: Integration) => Promise<unknown>;
}

/** What an integration asks of its senders beside the key in its URL, and the replacement of that key (access.md 11). */
export function registerGuards(app: FastifyInstance, deps: GuardDeps): void {
  registerGuard(app, deps);
  registerSecrets(app, deps);
  registerTokenRotation(app, deps);
}

const schemaOf = (operationId: string, summary: string, response: Record<number, TSchema>, params: TSchema = IdParams) => ({
  operationId,
  summary,
  tags: ['integrations'],
  params,
  response: { ...response, ...errorResponses } as Record<number, TSchema>,
});

/** Notes in the audit log that something of an integration's inbound security changed; never what the secrets are. */
async function note(
  tx: Tx,
  request: FastifyRequest,
  clock: Clock,
  integration: Integration,
  name: string,
  text: string | null = null,
) {
  const resource = { type: 'integration', id: integration.id, name: integration.name, teamId: integration.teamId };
  await audit(tx, request, { type: 'operations', name, resource, note: text }, clock);
}

function registerGuard(app: FastifyInstance, { db, clock, secrets: box }: GuardDeps): void {
  app.get(
    '/integrations/:id/guard',
    {
      config: { permission: 'integrations:read' },
      schema: schemaOf('getIntegrationGuard', 'Reads what senders must bring', { 200: GuardSchema }),
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = await visibleIntegration(db, caller, idOf(request));
      return sendOne(reply, 200, JSON.stringify(present(await readGuard(db, caller.org, id))));
    },
  );
  app.put(
    '/integrations/:id/guard',
    {
      config: { permission: 'integrations:write' },
      schema: {
        ...schemaOf('putIntegrationGuard', 'Changes what senders must bring; all demands must be met', { 200: GuardSchema }),
        body: Type.Object(
          Object.fromEntries(Object.entries(guardFields).map(([key, field]) => [key, Type.Optional(field.schema)])),
        ),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const body = readBody(guardFields, request.body);
      const text = await inOneTransaction(db, {}, async (tx) => {
        const integration = await visibleIntegration(tx, caller, idOf(request));
        const stored = await readGuard(tx, caller.org, integration.id);
        checkIfMatch(request, JSON.stringify(present(stored)));
        const values: GuardValues = {
          hmac: body.hmac === undefined ? stored.hmac : (body.hmac?.rule ?? null),
          authorization: body.authorization === undefined ? stored.authorization : (body.authorization?.rule ?? null),
          allowedAddresses: body.allowed_addresses ?? stored.allowedAddresses,
          allowedTopics: body.allowed_topics ?? stored.allowedTopics,
        };
        await saveGuard(tx, caller.org, integration.id, values, clock.now());
        for (const kind of ['hmac', 'authorization'] as const) {
          const text = body[kind]?.secret ?? null;
          if (text !== null) await added(tx, caller, box, clock, { integrationId: integration.id, kind, text });
        }
        const after = await readGuard(tx, caller.org, integration.id);
        for (const kind of ['hmac', 'authorization'] as const) {
          if (after[kind] !== null && !after.secrets.some((secret) => secret.kind === kind))
            throw fieldErrors({ [kind]: { secret: ['This field is required.'] } });
        }
        const shown = JSON.stringify(present(after));
        await note(tx, request, clock, integration, 'integration_guard_changed');
        return shown;
      });
      return sendOne(reply, 200, text);
    },
  );
}

async function added(
  tx: Tx,
  caller: Caller,
  box: SecretBox,
  clock: Clock,
  wanted: { integrationId: string; kind: SecretKind; text: string },
): Promise<GuardSecret> {
  const secret = await addSecret(tx, caller.org, box, wanted, clock.now());
  if (secret === null) throw refusal('Two secrets are live already. Delete the one that is no longer used first.', 'two_secrets');
  return secret;
}

const secretBody = {
  kind: custom<SecretKind>(Type.Union([Type.Literal('hmac'), Type.Literal('authorization')]), (raw) => {
    if (raw !== 'hmac' && raw !== 'authorization') throw invalidChoice(raw);
    return raw;
  }),
  secret: custom<string | null>(Type.String({ minLength: SECRET_MIN }), readSecret),
};

function registerSecrets(app: FastifyInstance, { db, clock, secrets: box }: GuardDeps): void {
  app.post(
    '/integrations/:id/guard/secrets',
    {
      config: { permission: 'integrations:write' },
      schema: {
        ...schemaOf('createGuardSecret', 'Adds a second secret, which is shown this once', { 201: SecretSchema }),
        body: Type.Object({ kind: secretBody.kind.schema, secret: Type.Optional(secretBody.secret.schema) }),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const body = readBody(secretBody, request.body, ['kind']);
      const text = body.secret ?? randomBytes(32).toString('hex');
      const made = await inOneTransaction(db, {}, async (tx) => {
        const integration = await visibleIntegration(tx, caller, idOf(request));
        const guard = await readGuard(tx, caller.org, integration.id);
        if (guard[body.kind] === null) throw refusal('The guard does not ask for such a secret', 'not_asked_for');
        const secret = await added(tx, caller, box, clock, { integrationId: integration.id, kind: body.kind, text });
        await note(tx, request, clock, integration, 'integration_secret_added', body.kind);
        return secret;
      });
      return sendJson(reply, 201, JSON.stringify({ ...presentSecret(made), secret: text }));
    },
  );
  app.delete(
    '/integrations/:id/guard/secrets/:secret',
    {
      config: { permission: 'integrations:write' },
      schema: schemaOf(
        'deleteGuardSecret',
        'Ends a secret',
        { 204: Type.Null() },
        Type.Object({ id: Type.String(), secret: Type.String() }),
      ),
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await inOneTransaction(db, {}, async (tx) => {
        const integration = await visibleIntegration(tx, caller, idOf(request));
        const removed = await removeSecret(tx, caller.org, integration.id, (request.params as { secret: string }).secret);
        if (removed === 'not_found') throw notFound();
        if (removed === 'last')
          throw refusal('This is the only secret. Add another one first, or drop the demand.', 'last_secret');
        await note(tx, request, clock, integration, 'integration_secret_deleted');
      });
      return reply.code(204).send();
    },
  );
}

function registerTokenRotation(app: FastifyInstance, { db, clock, present: presentIntegration }: GuardDeps): void {
  const overlap = integer({ min: 0, max: MOST_OVERLAP_SECONDS });
  const respond = async (tx: Tx, request: FastifyRequest, id: string): Promise<string> => {
    const caller = callerOf(request);
    return JSON.stringify(await presentIntegration(tx, caller, await visibleIntegration(tx, caller, id)));
  };
  app.post(
    '/integrations/:id/rotate_token',
    {
      config: { permission: 'integrations:write' },
      schema: {
        ...schemaOf('rotateIntegrationToken', 'Replaces the key in the link; the old link works on for a while', {
          200: IntegrationSchema,
        }),
        body: Type.Object({
          overlap_seconds: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: MOST_OVERLAP_SECONDS,
              description: 'A day when left out; 0 ends the old link at once.',
            }),
          ),
        }),
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { overlap_seconds: seconds = 86_400 } = readBody({ overlap_seconds: overlap }, bodyObject(request.body));
      const text = await inOneTransaction(db, {}, async (tx) => {
        const integration = await visibleIntegration(tx, caller, idOf(request));
        await rotateToken(tx, caller.org, integration.id, seconds, clock.now());
        const shown = await respond(tx, request, integration.id);
        await note(tx, request, clock, integration, 'integration_token_rotated');
        return shown;
      });
      return sendJson(reply, 200, text);
    },
  );
  app.post(
    '/integrations/:id/revoke_previous_token',
    {
      config: { permission: 'integrations:write' },
      schema: schemaOf('revokePreviousToken', 'Ends the link that was replaced, before its time', { 200: IntegrationSchema }),
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const text = await inOneTransaction(db, {}, async (tx) => {
        const integration = await visibleIntegration(tx, caller, idOf(request));
        await endPreviousToken(tx, caller.org, integration.id);
        const shown = await respond(tx, request, integration.id);
        await note(tx, request, clock, integration, 'integration_token_revoked');
        return shown;
      });
      return sendJson(reply, 200, text);
    },
  );
}

const presentSecret = ({ id, createdAt, lastUsedAt }: GuardSecret) => ({
  id,
  secret: MASK,
  created_at: apiTime(createdAt),
  last_used_at: apiTimeOrNull(lastUsedAt),
});

function present({ hmac, authorization, allowedAddresses, allowedTopics, secrets: all }: GuardSettings): unknown {
  const secretsOf = (kind: SecretKind) => all.filter((secret) => secret.kind === kind).map(presentSecret);
  return {
    hmac:
      hmac === null
        ? null
        : {
            header: hmac.header,
            algorithm: hmac.algorithm,
            encoding: hmac.encoding,
            prefix: hmac.prefix,
            signed_text: hmac.signedText,
            timestamp_header: hmac.timestampHeader,
            tolerance_seconds: hmac.toleranceSeconds,
            secrets: secretsOf('hmac'),
          },
    authorization: authorization === null ? null : { ...authorization, secrets: secretsOf('authorization') },
    allowed_addresses: allowedAddresses,
    allowed_topics: allowedTopics,
  };
}
