import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { type AuditFilter, type AuditRecord, listAudit, readAudit, verifyAudit } from '../../../audit/index.ts';
import { fieldErrors } from '../conventions/api-error.ts';
import { callerOf } from '../conventions/caller.ts';
import { answerOf, named } from '../conventions/describe.ts';
import { envelope, listOf, pageParameters, readWindow, single } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses } from '../conventions/resource.ts';
import { apiTime } from '../conventions/times.ts';
import { csvRow } from './csv.ts';

const PAGE_SIZE = 50;
const PERMISSION = 'audit-log:read' as const;
const NullableText = Type.Union([Type.String(), Type.Null()]);
const Values = Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], {
  description: 'The changed keys; secrets are hidden.',
});

const AuditRecordSchema = named(
  'AuditRecord',
  Type.Object({
    id: Type.Integer({ description: 'Counts the records of the organization from 1.' }),
    at: Type.String({ format: 'date-time' }),
    actor: Type.Object({ type: Type.String(), id: NullableText, name: Type.String() }),
    via: Type.String({ examples: ['web', 'api', 'terraform'] }),
    ip: NullableText,
    user_agent: NullableText,
    request_id: NullableText,
    action_type: Type.String({ examples: ['resource', 'session'] }),
    action_name: Type.String({ examples: ['updated', 'login_failed'] }),
    resource: Type.Union([
      Type.Object({ type: Type.String(), id: Type.String(), name: Type.String(), team_id: NullableText }),
      Type.Null(),
    ]),
    diff: Type.Object({ before: Values, after: Values }),
    note: NullableText,
  }),
);

const filters = {
  actor: Type.Optional(Type.String({ description: 'Id of a user or service account.' })),
  action_type: Type.Optional(Type.String()),
  action: Type.Optional(Type.String()),
  resource_type: Type.Optional(Type.String()),
  resource_id: Type.Optional(Type.String()),
  team_id: Type.Optional(Type.String()),
  via: Type.Optional(Type.String()),
  from: Type.Optional(Type.String({ description: 'From this instant on (ISO 8601).' })),
  to: Type.Optional(Type.String({ description: 'Before this instant (ISO 8601).' })),
};

function readFilter(query: Readonly<Record<string, unknown>>): AuditFilter {
  const filter: Record<string, unknown> = {};
  const names = { actor: 'actorId', action_type: 'actionType', action: 'actionName', via: 'via' };
  const of = { resource_type: 'resourceType', resource_id: 'resourceId', team_id: 'teamId' };
  for (const [parameter, name] of Object.entries({ ...names, ...of })) {
    const value = single(query[parameter]);
    if (value !== undefined && value !== '') filter[name] = value.replaceAll('\0', '');
  }
  for (const name of ['from', 'to'] as const) {
    const text = single(query[name]);
    if (text === undefined || text === '') continue;
    const at = new Date(text);
    if (!(Math.abs(at.getUTCFullYear() - 2000) < 1000)) {
      throw fieldErrors({ [name]: ['Must be a date and time such as 2026-05-04T10:00:00Z.'] });
    }
    filter[name] = at;
  }
  return filter;
}

const present = (record: AuditRecord): Record<string, unknown> => ({
  id: record.seq,
  at: apiTime(record.at),
  actor: record.actor,
  via: record.via,
  ip: record.ip,
  user_agent: record.userAgent,
  request_id: record.requestId,
  action_type: record.type,
  action_name: record.name,
  resource:
    record.resource === null
      ? null
      : {
          type: record.resource.type,
          id: record.resource.id,
          name: record.resource.name,
          team_id: record.resource.teamId,
        },
  diff: { before: record.before, after: record.after },
  note: record.note,
});

const CSV_COLUMNS = ['id', 'at', 'actor_type', 'actor_id', 'actor_name', 'via', 'ip', 'request_id', 'action_type', 'action_name'];
const CSV_RESOURCE_COLUMNS = ['resource_type', 'resource_id', 'resource_name', 'team_id', 'before', 'after', 'note'];

const csvOf = (record: AuditRecord): string =>
  csvRow([
    String(record.seq),
    apiTime(record.at),
    record.actor.type,
    record.actor.id,
    record.actor.name,
    record.via,
    record.ip,
    record.requestId,
    record.type,
    record.name,
    record.resource?.type ?? null,
    record.resource?.id ?? null,
    record.resource?.name ?? null,
    record.resource?.teamId ?? null,
    record.before === null ? null : JSON.stringify(record.before),
    record.after === null ? null : JSON.stringify(record.after),
    record.note,
  ]);

/** The audit log: who changed what (access.md 14). */
export function registerAudit(app: FastifyInstance, { db, baseUrl }: Pick<ApiDeps, 'db' | 'baseUrl'>): void {
  app.get(
    '/audit',
    {
      config: { permission: PERMISSION },
      schema: {
        operationId: 'listAuditRecords',
        summary: 'Lists who changed what, newest first',
        tags: ['audit'],
        querystring: Type.Object({ ...pageParameters, ...filters }),
        response: { 200: listOf(AuditRecordSchema), ...errorResponses },
      },
    },
    async (request) => {
      const query = request.query as Record<string, unknown>;
      const page = await listAudit(db, callerOf(request).org, readFilter(query), readWindow(query, PAGE_SIZE));
      return envelope(page, page.rows.map(present), baseUrl, request.url);
    },
  );
  app.get(
    '/audit/export',
    {
      config: { permission: PERMISSION },
      schema: {
        operationId: 'exportAuditRecords',
        summary: 'Sends the records that the filters let through, oldest first',
        tags: ['audit'],
        querystring: Type.Object({
          ...filters,
          format: Type.Optional(Type.Union([Type.Literal('ndjson'), Type.Literal('csv')])),
        }),
        response: { 200: answerOf('A record a line.', 'application/x-ndjson', 'text/csv'), ...errorResponses },
      },
    },
    async (request, reply) => {
      const query = request.query as Record<string, unknown>;
      const format = single(query.format) ?? 'ndjson';
      if (format !== 'ndjson' && format !== 'csv') throw fieldErrors({ format: [`"${format}" is not a valid choice.`] });
      const batches = readAudit(db, callerOf(request).org, readFilter(query));
      const lines = async function* () {
        if (format === 'csv') yield csvRow([...CSV_COLUMNS, ...CSV_RESOURCE_COLUMNS]);
        for await (const batch of batches) {
          yield batch.map((record) => (format === 'csv' ? csvOf(record) : `${JSON.stringify(present(record))}\n`)).join('');
        }
      };
      return reply
        .header('content-disposition', `attachment; filename="audit.${format}"`)
        .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson')
        .send(Readable.from(lines()));
    },
  );
  app.get(
    '/audit/verify',
    {
      config: { permission: PERMISSION },
      schema: {
        operationId: 'verifyAuditRecords',
        summary: 'Walks the chain of hashes over all records, which shows changes and deletions',
        tags: ['audit'],
        response: {
          200: Type.Object({
            ok: Type.Boolean(),
            records: Type.Integer(),
            first_broken: Type.Union([Type.Integer(), Type.Null()]),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const { ok, records, firstBroken } = await verifyAudit(db, callerOf(request).org);
      return { ok, records, first_broken: firstBroken };
    },
  );
}
