import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { visibleTo } from '../../../access/index.ts';
import {
  createHeartbeat,
  findHeartbeat,
  findIntegration,
  HEARTBEAT_SECONDS,
  heartbeatState,
  type IntegrationHeartbeat,
  integrationTypeOf,
  listHeartbeats,
  resetHeartbeat,
  updateHeartbeat,
} from '../../../integrations/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Db } from '../../../platform/db/database.ts';
import { notFound, refusal } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { boolean, integer, missingReference, reference } from '../conventions/fields.ts';
import { single } from '../conventions/pagination.ts';
import { errorResponses, inOneTransaction, type Resource, sendJson } from '../conventions/resource.ts';
import { apiTimeOrNull } from '../conventions/times.ts';
import { checkVisible } from '../conventions/visibility.ts';

const TimeOrNull = Type.Union([Type.String({ format: 'date-time' }), Type.Null()]);
const HeartbeatSchema = Type.Object({
  id: Type.String(),
  integration_id: Type.String(),
  link: Type.String({ description: 'Takes GET and POST; the body does not matter.' }),
  timeout_seconds: Type.Integer(),
  is_enabled: Type.Boolean({ description: 'Off: signs are noted, and none is ever missing.' }),
  status: Type.Boolean({ description: 'Whether a sign has come and the next one is not overdue.' }),
  state: Type.Union([Type.Literal('off'), Type.Literal('waiting'), Type.Literal('alive'), Type.Literal('missing')]),
  last_heartbeat_time: TimeOrNull,
  armed_since: { ...TimeOrNull, description: 'When the first sign came.' },
  missing_since: { ...TimeOrNull, description: 'When the alert about the missing sign was sent.' },
});

const seconds = integer({ min: HEARTBEAT_SECONDS.min, max: HEARTBEAT_SECONDS.max });
const fields = { integration_id: reference({ nullable: false }), timeout_seconds: seconds, is_enabled: boolean() };

export type HeartbeatsDeps = { readonly db: Db; readonly clock: Clock; readonly baseUrl: string };

/** Address that an integration's heartbeat is sent to. */
export const heartbeatLink = (baseUrl: string, type: string, token: string): string =>
  `${baseUrl}/integrations/v1/${integrationTypeOf(type).slug.replace(/^legacy_/, '')}/${token}/heartbeat/`;

export const heartbeatsResource = ({
  clock,
  baseUrl,
}: HeartbeatsDeps): Resource<IntegrationHeartbeat, typeof fields, 'integration_id'> => ({
  path: 'heartbeats',
  name: 'heartbeat',
  auditType: 'integration_heartbeat',
  read: 'integrations:read',
  write: 'integrations:write',
  pageSize: 50,
  item: HeartbeatSchema,
  filters: { integration_id: Type.Optional(Type.String()) },
  fields,
  required: { create: ['integration_id'] },
  list(db, caller, query, window) {
    const integrationId = single(query.integration_id);
    return listHeartbeats(
      db,
      caller.org,
      { ...(integrationId === undefined ? {} : { integrationId }), ...visibleTo(caller) },
      window,
    );
  },
  get: (db, caller, id) => findHeartbeat(db, caller.org, id),
  present: (_db, _caller, rows) => rows.map((row) => presentHeartbeat(row, clock.now(), baseUrl)),
  async create(tx, caller, body) {
    const { integration_id: id, timeout_seconds: timeout = 600 } = body;
    if (id === null) throw missingReference('integration_id');
    const integration = await findIntegration(tx, caller.org, id);
    if (integration === null) throw missingReference('integration_id');
    await checkVisible(tx, caller, 'integrations', id);
    const made = await createHeartbeat(tx, caller.org, integration.id, timeout);
    if (made === null) throw refusal('Heartbeat already exists for this integration', 'heartbeat_exists');
    if (body.is_enabled === false) await updateHeartbeat(tx, caller.org, integration.id, { isEnabled: false });
    return (await findHeartbeat(tx, caller.org, made.id)) ?? made;
  },
  async update(tx, caller, stored, body) {
    await updateHeartbeat(tx, caller.org, stored.integrationId, {
      ...(body.timeout_seconds === undefined ? {} : { timeoutSeconds: body.timeout_seconds }),
      ...(body.is_enabled === undefined ? {} : { isEnabled: body.is_enabled }),
    });
    return (await findHeartbeat(tx, caller.org, stored.id)) ?? stored;
  },
});

function presentHeartbeat(heartbeat: IntegrationHeartbeat, now: Date, baseUrl: string): Record<string, unknown> {
  const state = heartbeatState(heartbeat, now);
  return {
    id: heartbeat.id,
    integration_id: heartbeat.integrationId,
    link: heartbeatLink(baseUrl, heartbeat.integrationType, heartbeat.integrationToken),
    timeout_seconds: heartbeat.timeoutSeconds,
    is_enabled: heartbeat.isEnabled,
    status: state === 'alive',
    state,
    last_heartbeat_time: apiTimeOrNull(heartbeat.lastAt),
    armed_since: apiTimeOrNull(heartbeat.armedAt),
    missing_since: apiTimeOrNull(heartbeat.expiredAt),
  };
}

const OptionSchema = Type.Object({ value: Type.Integer({ description: 'Seconds.' }), display_name: Type.String() });

/** What the resource does not cover: the usual time-outs, and forgetting the last sign. */
export function registerHeartbeatActions(app: FastifyInstance, deps: HeartbeatsDeps): void {
  const { db, clock } = deps;
  app.get(
    '/heartbeats/options',
    {
      config: { permission: 'integrations:read' },
      schema: {
        operationId: 'listHeartbeatOptions',
        summary: 'The usual time-outs; any from 60 seconds to a day can be set',
        tags: ['heartbeats'],
        response: { 200: Type.Array(OptionSchema), ...errorResponses },
      },
    },
    async (_request, reply) =>
      sendJson(reply, 200, JSON.stringify(HEARTBEAT_SECONDS.offered.map((value) => ({ value, display_name: inWords(value) })))),
  );
  app.post(
    '/heartbeats/:id/reset',
    {
      config: { permission: 'integrations:write' },
      schema: {
        operationId: 'resetHeartbeat',
        summary: 'Forgets the last sign; the heartbeat waits for a first one again',
        tags: ['heartbeats'],
        params: Type.Object({ id: Type.String() }),
        response: { 204: Type.Null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      await inOneTransaction(db, {}, async (tx) => {
        const heartbeat = await findHeartbeat(tx, org, (request.params as { id: string }).id);
        if (heartbeat === null) throw notFound();
        await resetHeartbeat(tx, org, heartbeat.integrationId);
        const resource = { type: 'integration_heartbeat', id: heartbeat.id, name: '', teamId: heartbeat.teamId };
        await audit(tx, request, { type: 'resource', name: 'reset', resource }, clock);
      });
      return reply.code(204).send();
    },
  );
}

function inWords(value: number): string {
  const [count, unit] =
    value >= 86_400 ? [value / 86_400, 'day'] : value >= 3_600 ? [value / 3_600, 'hour'] : [value / 60, 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
