import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { AlertGroupHooks } from '../../../alerting/index.ts';
import type { AuditValues } from '../../../audit/index.ts';
import {
  type Integration,
  memberText,
  migrateIntegration,
  sendDemoAlert,
  startMaintenance,
  stopMaintenance,
  WINDOW_SECONDS,
} from '../../../integrations/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { actorOf } from '../conventions/actor.ts';
import { fieldErrors, notFound, refusal } from '../conventions/api-error.ts';
import { audit, resourceEvent } from '../conventions/audit.ts';
import { type Caller, callerOf } from '../conventions/caller.ts';
import { bodyObject, isObject } from '../conventions/fields.ts';
import { createMinuteLimit } from '../conventions/minute-limit.ts';
import { API_BODY_LIMIT } from '../conventions/request-bodies.ts';
import { errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { visibleIntegration } from './find-visible.ts';
import { IntegrationSchema } from './integration-fields.ts';

const DEMOS_PER_MINUTE = 30;
const IdParams = Type.Object({ id: Type.String() });
const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

export interface IntegrationActionsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly hooks: AlertGroupHooks;
  readonly alertBodyLimit: number;
  readonly present: (tx: Tx, caller: Caller, integration: Integration) => Promise<unknown>;
}

/** What can be done with an integration beside changing it: maintenance and demo alerts. */
export function registerIntegrationActions(app: FastifyInstance, deps: IntegrationActionsDeps): void {
  registerMaintenance(app, deps);
  registerDemo(app, deps);
  registerMigration(app, deps);
}

const StartBody: TSchema = Type.Object({
  mode: Type.String({ description: '`maintenance` or `debug`, in any case.', examples: ['maintenance'] }),
  duration: Type.Union([Type.Integer(), Type.String()], { description: 'Seconds, 1 to 2592000.', examples: [3600] }),
  at_end: Type.Optional(
    Type.String({ description: '`escalate` (default): what still fires is set free and escalates. `resolve`: it is resolved.' }),
  ),
});

function registerMaintenance(app: FastifyInstance, { db, clock, hooks, present }: IntegrationActionsDeps): void {
  const config = { permission: { anyOf: ['integrations:write', 'maintenance:write'] as const } };
  const schema = { tags: ['integrations'], params: IdParams, response: { 200: IntegrationSchema, ...errorResponses } };
  /** Ends like the reference: the integration as it is afterwards. */
  const afterwards = async (
    tx: Tx,
    request: FastifyRequest,
    name: 'started' | 'finished',
    before: Integration,
  ): Promise<string> => {
    const caller = callerOf(request);
    const integration = await visibleIntegration(tx, caller, before.id);
    const shown = JSON.stringify(await present(tx, caller, integration));
    const { maintenanceMode: mode } = name === 'started' ? integration : before;
    if (mode !== null) {
      const resource = { type: 'integration', id: integration.id, name: integration.name, teamId: integration.teamId };
      await audit(tx, request, { type: 'maintenance', name, resource, note: mode }, clock);
    }
    return shown;
  };
  app.post(
    '/integrations/:id/maintenance_start',
    {
      config,
      schema: { ...schema, operationId: 'startMaintenance', summary: 'Begins maintenance or debug mode', body: StartBody },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const stored = await visibleIntegration(db, caller, idOf(request));
      const wanted = readStart(bodyObject(request.body));
      const text = await inOneTransaction(db, {}, async (tx) => {
        const started = await startMaintenance(tx, { clock, hooks }, caller.org, stored.id, wanted, actorOf(caller));
        if (!started.ok)
          throw started.reason === 'already' ? refusal('Already on maintenance', 'already_in_maintenance') : notFound();
        return afterwards(tx, request, 'started', stored);
      });
      return sendJson(reply, 200, text);
    },
  );
  app.post(
    '/integrations/:id/maintenance_stop',
    { config, schema: { ...schema, operationId: 'stopMaintenance', summary: 'Ends maintenance or debug mode now' } },
    async (request, reply) => {
      const caller = callerOf(request);
      const text = await inOneTransaction(db, {}, async (tx) => {
        const stored = await visibleIntegration(tx, caller, idOf(request));
        if (!(await stopMaintenance(tx, { clock, hooks }, caller.org, stored.id, actorOf(caller)))) throw notFound();
        return afterwards(tx, request, 'finished', stored);
      });
      return sendJson(reply, 200, text);
    },
  );
}

function readStart(body: Readonly<Record<string, unknown>>) {
  const mode = typeof body.mode === 'string' ? body.mode.trim().toLowerCase() : null;
  if (mode !== 'maintenance' && mode !== 'debug') throw fieldErrors({ mode: ['Unknown mode'] });
  const { duration } = body;
  const isNumber = typeof duration === 'number' || (typeof duration === 'string' && /^\s*[+-]?\d{1,15}\s*$/.test(duration));
  const seconds = isNumber ? Number(duration) : Number.NaN;
  if (!Number.isInteger(seconds) || seconds < WINDOW_SECONDS.min || seconds > WINDOW_SECONDS.max)
    throw fieldErrors({ duration: ['Invalid duration'] });
  const atEnd = body.at_end ?? 'escalate';
  if (atEnd !== 'escalate' && atEnd !== 'resolve') throw fieldErrors({ at_end: [`"${String(atEnd)}" is not a valid choice.`] });
  return { mode, seconds, atEnd } as const;
}

function registerMigration(app: FastifyInstance, { db, clock, present }: IntegrationActionsDeps): void {
  app.post(
    '/integrations/:id/migrate',
    {
      config: { permission: 'integrations:write' },
      schema: {
        operationId: 'migrateIntegration',
        summary:
          'Makes an integration of a legacy type one of the plain type; its link stays, its templates become the type’s own',
        tags: ['integrations'],
        params: IdParams,
        response: { 200: IntegrationSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const text = await inOneTransaction(db, {}, async (tx) => {
        const stored = await visibleIntegration(tx, caller, idOf(request));
        if (!(await migrateIntegration(tx, caller.org, stored.id, clock.now())))
          throw refusal('Integration is not legacy', 'not_legacy');
        const [before, after] = [stored, await visibleIntegration(tx, caller, stored.id)];
        const [was, is] = [await present(tx, caller, before), await present(tx, caller, after)] as [AuditValues, AuditValues];
        await audit(tx, request, resourceEvent('integration', { ...was, type: before.type }, { ...is, type: after.type }), clock);
        return JSON.stringify(is);
      });
      return sendJson(reply, 200, text);
    },
  );
}

const DemoSchema = Type.Object({ alerts: Type.Integer({ description: 'How many alerts the payload made.' }) });

function registerDemo(app: FastifyInstance, { db, clock, alertBodyLimit }: IntegrationActionsDeps): void {
  const take = createMinuteLimit(DEMOS_PER_MINUTE, clock);
  app.post(
    '/integrations/:id/send_demo_alert',
    {
      config: { permission: 'integrations:test' },
      bodyLimit: API_BODY_LIMIT + alertBodyLimit,
      schema: {
        operationId: 'sendDemoAlert',
        summary: 'Sends an example, or the payload that is given, through routes, escalation and notification',
        tags: ['integrations'],
        params: IdParams,
        body: Type.Object({
          demo_alert_payload: Type.Optional(Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()])),
        }),
        response: { 200: DemoSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const stored = await visibleIntegration(db, caller, idOf(request));
      const { demo_alert_payload: payload } = bodyObject(request.body);
      const isGiven = payload !== undefined && payload !== null;
      if (isGiven && !isObject(payload)) throw refusal('Payload for demo alert must be a valid json object', 'invalid_payload');
      take(caller.userId ?? caller.tokenId ?? caller.org);
      // The text as it was sent keeps the order of keys and the form of numbers.
      const text = isGiven ? memberText(request.bodyText, 'demo_alert_payload') : null;
      const alerts = await inOneTransaction(db, {}, async (tx) => {
        const sent = await sendDemoAlert(tx, { clock }, caller.org, stored, text);
        if (!sent.ok) {
          throw refusal(
            sent.reason === 'no_demo'
              ? 'Unable to send demo alert for this integration.'
              : "Unable to send demo alert as payload has no 'alerts' key, it is not array, or it is empty.",
            sent.reason,
          );
        }
        const resource = { type: 'integration', id: stored.id, name: stored.name, teamId: stored.teamId };
        await audit(tx, request, { type: 'operations', name: 'demo_alert_sent', resource }, clock);
        return sent.alerts;
      });
      return sendJson(reply, 200, JSON.stringify({ alerts }));
    },
  );
}
