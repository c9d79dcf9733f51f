import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { Type } from 'typebox';
import { visibleTo } from '../../../access/index.ts';
import {
  findListedGroup,
  type GroupFilter,
  inActionTransaction,
  type ListedGroup,
  listGroups,
  notesOfGroups,
} from '../../../alerting/index.ts';
import { confirmAcknowledge } from '../../../escalation/index.ts';
import { deliveryLog } from '../../../notifications/index.ts';
import type { Db } from '../../../platform/db/database.ts';
import { notFound, refusal } from '../conventions/api-error.ts';
import { type Caller, callerOf, personOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { errorResponses } from '../conventions/resource.ts';
import { apiTime, apiTimeOrNull } from '../conventions/times.ts';
import type { GroupsDeps } from './alert-groups.routes.ts';

const MOST_DELIVERIES = 1_000;
const MOST_RELATED = 20;

const IdParams = Type.Object({ id: Type.String() });
const Text = Type.String();
const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const Time = Type.String({ format: 'date-time' });
const TimeOrNull = Type.Union([Time, Type.Null()]);

const DeliverySchema = named(
  'Delivery',
  Type.Object({
    id: Type.Integer(),
    user: Type.Union([Type.Object({ id: Text, username: TextOrNull }), Type.Null()]),
    channel: Text,
    state: Type.Union(
      ['owed', 'sending', 'accepted', 'delivered', 'rejected', 'failed', 'cancelled', 'unknown'].map((state) =>
        Type.Literal(state),
      ),
    ),
    important: Type.Boolean(),
    paged: Type.Boolean({ description: 'Of a person who was added by hand.' }),
    attempts: Type.Integer(),
    created_at: Time,
    next_attempt_at: TimeOrNull,
    first_attempt_at: TimeOrNull,
    finished_at: TimeOrNull,
    provider_id: Type.Union([Text, Type.Null()], { description: 'What the vendor calls it.' }),
    error_code: Type.Union([Type.Integer(), Type.Null()]),
    reason: TextOrNull,
  }),
);

const RelatedSchema = named(
  'RelatedAlertGroup',
  Type.Object({
    id: Text,
    alert_group_number: Type.Integer(),
    title: TextOrNull,
    state: Text,
    integration_id: Text,
    alerts_count: Type.Integer(),
    created_at: Time,
    acknowledged_by: TextOrNull,
    resolved_at: TimeOrNull,
    resolved_by: TextOrNull,
    notes: Type.Array(Type.Object({ text: Text, author: TextOrNull, created_at: Time })),
  }),
);

/** What stands around an alert group: its pages one by one, others like it, the confirmation of its acknowledgement (web-ui.md 6.2). */
export function registerGroupDetails(app: FastifyInstance, deps: GroupsDeps): void {
  const { db } = deps;
  const tags = ['alert_groups'];
  app.get(
    '/alert_groups/:id/delivery_log',
    {
      config: { permission: 'alert-groups:read' },
      schema: {
        operationId: 'listDeliveries',
        summary: `Lists the notifications of an alert group, person by person and channel by channel, the newest ${MOST_DELIVERIES}`,
        tags,
        params: IdParams,
        response: { 200: Type.Object({ results: Type.Array(DeliverySchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const group = await groupOf(db, request);
      const deliveries = await deliveryLog(db, group.organizationId, group.id, MOST_DELIVERIES);
      return {
        results: deliveries.map((each) => ({
          id: each.id,
          user: each.userId === null ? null : { id: each.userId, username: each.username },
          channel: each.channel,
          state: each.state,
          important: each.important,
          paged: each.paged,
          attempts: each.attempts,
          created_at: apiTime(each.createdAt),
          next_attempt_at: apiTimeOrNull(each.dueAt),
          first_attempt_at: apiTimeOrNull(each.firstAttemptAt),
          finished_at: apiTimeOrNull(each.finishedAt),
          provider_id: each.providerId,
          error_code: each.errorCode,
          reason: each.reason,
        })),
      };
    },
  );

  app.get(
    '/alert_groups/:id/related',
    {
      config: { permission: 'alert-groups:read' },
      schema: {
        operationId: 'listRelatedAlertGroups',
        summary: 'Lists what is like an alert group: former ones of the same grouping key, open ones with the same labels',
        tags,
        params: IdParams,
        response: {
          200: named(
            'RelatedAlertGroups',
            Type.Object({
              same_key: Type.Object({ count: Type.Integer(), results: Type.Array(RelatedSchema) }),
              same_labels: Type.Object({ count: Type.Integer(), results: Type.Array(RelatedSchema) }),
              maintenance: Type.Union([Type.Object({ mode: Text, ends_at: TimeOrNull }), Type.Null()], {
                description: 'Whether its integration is in maintenance or debug mode.',
              }),
            }),
          ),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const group = await groupOf(db, request);
      const sameKey: GroupFilter | null =
        group.groupingKey === '' ? null : { integrationIds: [group.integrationId], groupingKey: group.groupingKey };
      const labels = Object.fromEntries(Object.entries(group.labels).map(([key, value]) => [key, [value]]));
      const sameLabels: GroupFilter | null =
        Object.keys(labels).length === 0 ? null : { labels, states: ['firing', 'acknowledged', 'silenced'] };
      return {
        same_key: await others(db, caller, group, sameKey),
        same_labels: await others(db, caller, group, sameLabels),
        maintenance: await maintenanceOf(db, group, deps.clock.now()),
      };
    },
  );

  app.post(
    '/alert_groups/:id/confirm_acknowledge',
    {
      config: { permission: 'alert-groups:write', usersOnly: true },
      schema: {
        operationId: 'confirmAcknowledge',
        summary: 'Answers the reminder of an acknowledged alert group: the caller still works on it',
        tags,
        params: IdParams,
        response: { 200: Type.Null({ description: 'Nothing.' }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const group = await groupOf(db, request);
      const ref = { organizationId: caller.org, alertGroupId: group.id };
      const done = await inActionTransaction(db, (tx) => confirmAcknowledge(tx, ref, personOf(caller), deps.clock.now()));
      if (!done) throw refusal('Only who acknowledged the alert group can confirm it', 'not_acknowledged_by_you');
      return reply.code(200).removeHeader('content-type').send();
    },
  );
}

async function groupOf(db: Db, request: FastifyRequest): Promise<ListedGroup> {
  const group = await findListedGroup(db, callerOf(request).org, (request.params as { id: string }).id);
  if (group === null) throw notFound();
  return group;
}

/** The newest groups that a filter finds, but for the group itself, with their notes. */
async function others(db: Db, caller: Caller, group: ListedGroup, filter: GroupFilter | null) {
  if (filter === null) return { count: 0, results: [] };
  const page = await listGroups(
    db,
    caller.org,
    { ...filter, ...visibleTo(caller) },
    { kind: 'page', page: 1, size: MOST_RELATED + 1 },
  );
  const count = page.kind === 'page' ? page.count : 0;
  const isItself = page.rows.some(({ id }) => id === group.id);
  const shown = page.rows.filter(({ id }) => id !== group.id).slice(0, MOST_RELATED);
  const notes = await notesOfGroups(
    db,
    caller.org,
    shown.map(({ id }) => id),
  );
  // The group itself is counted; with one that is beyond the page it still is among those that are.
  return {
    count: isItself || count > page.rows.length ? count - 1 : count,
    results: shown.map((each) => ({
      id: each.id,
      alert_group_number: each.number,
      title: each.title,
      state: each.state.kind,
      integration_id: each.integrationId,
      alerts_count: each.alertsCount,
      created_at: apiTime(each.startedAt),
      acknowledged_by: each.state.kind === 'acknowledged' ? each.state.acknowledged.userId : null,
      resolved_at: each.state.kind === 'resolved' ? apiTime(each.state.resolved.at) : null,
      resolved_by: each.state.kind === 'resolved' ? each.state.resolved.userId : null,
      notes: notes
        .filter((note) => note.alertGroupId === each.id)
        .map((note) => ({ text: note.text, author: note.authorId, created_at: apiTime(note.createdAt) })),
    })),
  };
}

async function maintenanceOf(db: Db, group: ListedGroup, now: Date): Promise<{ mode: string; ends_at: string | null } | null> {
  const { rows } = await sql<{ mode: string; ends_at: Date | null }>`
    select maintenance_mode as mode, maintenance_ends_at as ends_at from integration
    where organization_id = ${group.organizationId} and id = ${group.integrationId} and maintenance_mode is not null
      and (maintenance_ends_at is null or maintenance_ends_at > ${now})`.execute(db);
  const row = rows[0];
  return row === undefined ? null : { mode: row.mode, ends_at: apiTimeOrNull(row.ends_at) };
}
