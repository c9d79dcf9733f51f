import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { findListedGroup, loadTimeline, type TimelineEntry } from '../../../alerting/index.ts';
import { notFound } from '../conventions/api-error.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { type ApiDeps, errorResponses } from '../conventions/resource.ts';
import { apiTime } from '../conventions/times.ts';
import { hiddenFrom, nameFor } from '../conventions/visibility.ts';

const Linked = Type.Union([Type.Object({ id: Type.String(), name: Type.String() }), Type.Null()]);
const EntrySchema = named(
  'TimelineEntry',
  Type.Object({
    realm: Type.Union([Type.Literal('alert_group'), Type.Literal('user_notification'), Type.Literal('resolution_note')]),
    type: Type.Integer({ description: 'Record type within its realm.' }),
    created_at: Type.String({ format: 'date-time' }),
    action: Type.String({
      description:
        'A sentence. `{{author}}`, `{{escalation_chain}}`, `{{schedule}}` and `{{webhook}}` stand for the fields below.',
    }),
    author: Type.Union([Type.Object({ id: Type.String(), username: Type.String(), name: Type.String() }), Type.Null()]),
    escalation_chain: Linked,
    schedule: Linked,
    webhook: Linked,
    error_code: Type.Union([Type.Integer(), Type.Null()]),
  }),
);

type Hidden = Readonly<Record<'escalationChain' | 'schedule' | 'webhook', ReadonlySet<string>>>;

const present = (entry: TimelineEntry, hidden: Hidden): Record<string, unknown> => ({
  realm: entry.realm,
  type: entry.type,
  created_at: apiTime(entry.at),
  action: entry.action,
  author: entry.author,
  escalation_chain: nameFor(hidden.escalationChain, entry.escalationChain),
  schedule: nameFor(hidden.schedule, entry.schedule),
  webhook: nameFor(hidden.webhook, entry.webhook),
  error_code: entry.errorCode,
});

/** What happened to an alert group, oldest first (escalation.md 4.1). */
export function registerTimeline(app: FastifyInstance, { db }: Pick<ApiDeps, 'db'>): void {
  app.get(
    '/alert_groups/:id/timeline',
    {
      config: { permission: 'alert-groups:read' as const },
      schema: {
        operationId: 'getAlertGroupTimeline',
        summary: 'Tells what happened to an alert group: its records, the notifications of people, its resolution notes',
        tags: ['alert_groups'],
        params: Type.Object({ id: Type.String() }),
        response: { 200: Type.Object({ results: Type.Array(EntrySchema) }), ...errorResponses },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { id } = request.params as { id: string };
      if ((await findListedGroup(db, caller.org, id)) === null) throw notFound();
      const entries = await loadTimeline(db, caller.org, id);
      const idsOf = (key: keyof Hidden) => entries.flatMap((entry) => entry[key]?.id ?? []);
      const hidden = {
        escalationChain: await hiddenFrom(db, caller, 'escalation_chains', idsOf('escalationChain')),
        schedule: await hiddenFrom(db, caller, 'schedules', idsOf('schedule')),
        webhook: await hiddenFrom(db, caller, 'webhooks', idsOf('webhook')),
      };
      return { results: entries.map((entry) => present(entry, hidden)) };
    },
  );
}
