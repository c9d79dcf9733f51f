import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { type RetentionSettings, readOrganizationSettings } from '../../../access/index.ts';
import { countErasable } from '../../../alerting/index.ts';
import { countOldAudit } from '../../../audit/index.ts';
import { countOldWebhookCalls } from '../../../webhooks/index.ts';
import { type ErrorBody, fieldErrors, notFound } from '../conventions/api-error.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { Invalid } from '../conventions/fields.ts';
import { single } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses } from '../conventions/resource.ts';
import { DAYS_KEYS, readDays } from './retention-field.ts';

const DAY_MS = 86_400_000;
const MOST_COUNTED = 10_000;

const count = (description: string) => Type.Integer({ minimum: 0, maximum: MOST_COUNTED + 1, description });
const PreviewSchema = named(
  'RetentionPreview',
  Type.Object(
    {
      alert_payloads: count('Alerts whose payload would be blanked.'),
      alert_groups: count('Alert groups that would be deleted, with their timeline.'),
      webhook_responses: count('Answers to outgoing webhooks that would be deleted.'),
      audit_records: count('Records of the audit log that would be deleted.'),
      held: count('Alert groups that would be reached, but are under a legal hold.'),
    },
    { description: `Up to ${MOST_COUNTED} of each are counted; ${MOST_COUNTED + 1} stands for any larger number.` },
  ),
);

/** What retention would remove if it ran now (operations.md 10). Nothing is changed. */
export function registerRetentionPreview(app: FastifyInstance, { db, clock }: ApiDeps): void {
  app.get(
    '/organizations/:id/retention_preview',
    {
      config: { permission: 'other-settings:read' },
      schema: {
        operationId: 'previewRetention',
        summary: 'Counts what retention would remove if it ran now, with the settings as they are or with others',
        tags: ['organizations'],
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object(
          Object.fromEntries(
            DAYS_KEYS.map((key) => [
              key,
              Type.Optional(Type.String({ description: 'Days, or `null` for ever; left out: as it is set.' })),
            ]),
          ),
        ),
        response: { 200: PreviewSchema, ...errorResponses },
      },
    },
    async (request) => {
      const { org } = callerOf(request);
      const { id } = request.params as { id: string };
      if (id !== org && id !== 'current') throw notFound();
      const { retention } = await readOrganizationSettings(db, org);
      const days = readWanted(retention, request.query as Record<string, unknown>);
      const now = clock.now().getTime();
      const before = (kept: number) => new Date(now - kept * DAY_MS);
      const beforeOrNull = (kept: number | null) => (kept === null ? null : before(kept));
      const { groups, payloads, held } = await countErasable(
        db,
        org,
        { groups: beforeOrNull(days.alert_group_days), payloads: beforeOrNull(days.alert_payload_days) },
        MOST_COUNTED + 1,
      );
      return {
        alert_payloads: payloads,
        alert_groups: groups,
        webhook_responses: await countOldWebhookCalls(db, org, before(days.webhook_response_days), MOST_COUNTED + 1),
        audit_records: await countOldAudit(db, org, before(days.audit_days), MOST_COUNTED + 1),
        held,
      };
    },
  );
}

/** The settings with what the query gives in their place. */
function readWanted(stored: RetentionSettings, query: Readonly<Record<string, unknown>>): RetentionSettings {
  const wanted: Record<string, number | null> = {};
  const errors: Record<string, ErrorBody> = {};
  for (const key of DAYS_KEYS) {
    const given = single(query[key]);
    if (given === undefined || given === '') continue;
    try {
      wanted[key] = readDays(key, given === 'null' ? null : given);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      errors[key] = error.body;
    }
  }
  if (Object.keys(errors).length > 0) throw fieldErrors(errors);
  return { ...stored, ...wanted };
}
