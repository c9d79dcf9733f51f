import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { Requirement } from '../../../access/index.ts';
import type { AuditValues } from '../../../audit/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import type { Page, Window } from '../../../platform/db/page.ts';
import { uniqueViolation } from '../../../platform/db/unique-violation.ts';
import { stringifyWithRaw } from '../../../platform/raw-json.ts';
import { type ApiError, notFound } from './api-error.ts';
import { audit, resourceEvent } from './audit.ts';
import { type Caller, callerOf } from './caller.ts';
import { errorResponses, named } from './describe.ts';
import { checkIfMatch, oneWriterAtATime, sendOne } from './etag.ts';
import { type BodyOf, type Field, isObject, readBody } from './fields.ts';
import { envelope, listOf, pageParameters, readWindow } from './pagination.ts';
import { sendWarnings, type Warn } from './warnings.ts';

type Fields = Readonly<Record<string, Field<unknown>>>;

/** What handlers are given beside the request's own values. */
export interface ApiDeps {
  readonly db: Db;
  /** For short reads. */
  readonly reads: Db;
  readonly clock: Clock;
  readonly baseUrl: string;
}

/**
 * A resource of the public API as a table: its path, rights, fields and what each call does. Reads get the database,
 * writes a transaction that commits only when the whole answer could be made.
 */
export interface Resource<Row, F extends Fields, Created extends keyof F & string> {
  readonly path: string;
  /** Singular, in words: `escalation chain`. */
  readonly name: string;
  /** Plural for operation ids where an s does not make it: `EscalationPolicies`. */
  readonly plural?: string;
  readonly read: Requirement;
  readonly write: Requirement;
  /** For changes, where it differs from creation and deletion. */
  readonly change?: Requirement;
  /** Refuses service accounts. */
  readonly usersOnly?: true;
  /** Writes need a recent proof of who is in front of the browser. */
  readonly needsProof?: true;
  readonly pageSize: number;
  /** Schema of one object in answers. */
  readonly item: TSchema;
  /** Filters of the list, for the API's description. */
  readonly filters?: Readonly<Record<string, TSchema>>;
  readonly fields: F;
  readonly required: { readonly create: readonly Created[]; readonly put?: readonly (keyof F & string)[] };
  /** Keys that changes do not look at, whatever they hold. */
  readonly createOnly?: readonly (keyof F & string)[];
  /** What a body lacks beside the keys that are always required, by what else it holds. */
  alsoRequired?(body: Readonly<Record<string, unknown>>): readonly (keyof F & string)[];
  /** What the audit log calls an object; its name in one word where this is left out. */
  readonly auditType?: string | ((shown: AuditValues) => string);
  /** Database constraints that stand for a rule of the API. */
  readonly uniques?: Readonly<Record<string, ApiError>>;
  list(db: Db, caller: Caller, query: Readonly<Record<string, unknown>>, window: Window): Promise<Page<Row>>;
  get(db: Db | Tx, caller: Caller, id: string): Promise<Row | null>;
  /** Whether an object that exists is the one that the query asks for, where filters count for single objects, too. */
  isAskedFor?(db: Db | Tx, caller: Caller, row: Row, query: Readonly<Record<string, unknown>>): Promise<boolean> | boolean;
  present(db: Db | Tx, caller: Caller, rows: readonly Row[]): Promise<readonly unknown[]> | readonly unknown[];
  /** Query parameters of changes, for the API's description. */
  readonly changeParameters?: Readonly<Record<string, TSchema>>;
  /** How rows of the list are shown where that differs from a single object. */
  presentListed?(
    db: Db,
    caller: Caller,
    rows: readonly Row[],
    query: Readonly<Record<string, unknown>>,
  ): Promise<readonly unknown[]> | readonly unknown[];
  /** Keys of the body that do not concern the object (of its type, for one): they are not even looked at. */
  ignored?(body: Readonly<Record<string, unknown>>, stored: Row | null): readonly (keyof F & string)[];
  /** Runs before the transaction of a write, for checks that take a network call; `stored` is null on creation. */
  prepare?(caller: Caller, body: BodyOf<F>, stored: Row | null): Promise<void>;
  create?(tx: Tx, caller: Caller, body: BodyOf<F, Created>, warn: Warn): Promise<Row>;
  update?(
    tx: Tx,
    caller: Caller,
    row: Row,
    body: BodyOf<F>,
    method: 'PUT' | 'PATCH',
    warn: Warn,
    query: Readonly<Record<string, unknown>>,
  ): Promise<Row>;
  remove?(tx: Tx, caller: Caller, row: Row, body: unknown): Promise<void>;
}

const NoContent = Type.Null({ description: 'Nothing.' });
const IdParams = Type.Object({ id: Type.String() });

export { errorResponses };

/** Registers the routes of a resource: list, create, read, update (PUT and PATCH) and delete, as far as it has them. */
export function registerResource<Row, F extends Fields, Created extends keyof F & string>(
  app: FastifyInstance,
  deps: ApiDeps,
  resource: Resource<Row, F, Created>,
): void {
  const { db, reads, baseUrl, clock } = deps;
  const tags = [resource.path];
  const forUsers = resource.usersOnly === true ? { usersOnly: true as const } : {};
  const forWrites = { ...forUsers, ...(resource.needsProof === true ? { needsProof: true as const } : {}) };
  const title = pascal(resource.name);
  const item = named(title, resource.item);
  const requestBody = (required: readonly string[], name: string): TSchema =>
    Type.Object(
      Object.fromEntries(
        Object.entries(resource.fields).map(([key, field]) => [
          key,
          required.includes(key) ? field.schema : Type.Optional(field.schema),
        ]),
      ),
      { title: name },
    );
  const one = async (at: Db | Tx, caller: Caller, row: Row): Promise<string> =>
    stringifyWithRaw((await resource.present(at, caller, [row]))[0]);
  const found = async (at: Db | Tx, caller: Caller, request: FastifyRequest): Promise<Row> => {
    const row = await resource.get(at, caller, (request.params as { id: string }).id);
    const query = request.query as Record<string, unknown>;
    if (row === null || (await resource.isAskedFor?.(at, caller, row, query)) === false) throw notFound();
    return row;
  };
  const record = (tx: Tx, request: FastifyRequest, before: string | null, after: string | null): Promise<void> => {
    const [from, to] = [before, after].map((text) => (text === null ? null : (JSON.parse(text) as AuditValues)));
    const { auditType = resource.name.replaceAll(/[\s-]/g, '_') } = resource;
    const type = typeof auditType === 'string' ? auditType : auditType(to ?? from ?? {});
    return audit(tx, request, resourceEvent(type, from ?? null, to ?? null), clock);
  };
  const concerning = (body: unknown, stored: Row | null): unknown => {
    if (!isObject(body)) return body;
    const ignored: readonly string[] = [
      ...(resource.ignored?.(body, stored) ?? []),
      ...(stored === null ? [] : (resource.createOnly ?? [])),
    ];
    return Object.fromEntries(Object.entries(body).filter(([key]) => !ignored.includes(key)));
  };
  const write = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inOneTransaction(db, resource.uniques ?? {}, work);

  app.get(
    `/${resource.path}`,
    {
      config: { permission: resource.read, ...forUsers },
      schema: {
        operationId: `list${resource.plural ?? `${title}s`}`,
        summary: `Lists ${resource.path.replaceAll('_', ' ')}`,
        tags,
        querystring: Type.Object({ ...pageParameters, ...resource.filters }),
        response: { 200: listOf(item), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const query = request.query as Record<string, unknown>;
      const page = await resource.list(db, caller, query, readWindow(query, resource.pageSize));
      const items = await (resource.presentListed?.(reads, caller, page.rows, query) ??
        resource.present(reads, caller, page.rows));
      return sendJson(reply, 200, stringifyWithRaw(envelope(page, items, baseUrl, request.url)));
    },
  );
  app.get(
    `/${resource.path}/:id`,
    {
      config: { permission: resource.read, ...forUsers },
      schema: {
        operationId: `get${title}`,
        summary: `Reads one ${resource.name}`,
        tags,
        params: IdParams,
        response: { 200: item, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      return sendOne(reply, 200, await one(reads, caller, await found(reads, caller, request)));
    },
  );
  const { create, update, remove } = resource;
  if (create !== undefined) {
    app.post(
      `/${resource.path}`,
      {
        config: { permission: resource.write, ...forWrites },
        schema: {
          operationId: `create${title}`,
          summary: `Creates one ${resource.name}`,
          tags,
          body: requestBody(resource.required.create, `New${title}`),
          response: { 201: item, ...errorResponses },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        const sent = concerning(request.body, null);
        const more = isObject(sent) ? (resource.alsoRequired?.(sent) ?? []) : [];
        const body = readBody<F, Created>(resource.fields, sent, [...resource.required.create, ...(more as Created[])]);
        await resource.prepare?.(caller, body, null);
        const { text, warnings } = await write(async (tx) => {
          const warnings: string[] = [];
          const row = await create.call(resource, tx, caller, body, (warning) => warnings.push(warning));
          const made = await one(tx, caller, row);
          await record(tx, request, null, made);
          return { text: made, warnings };
        });
        return sendOne(sendWarnings(reply, warnings), 201, text);
      },
    );
  }
  if (update !== undefined) {
    for (const method of ['PUT', 'PATCH'] as const) {
      const required = method === 'PUT' ? (resource.required.put ?? []) : [];
      app.route({
        method,
        url: `/${resource.path}/:id`,
        config: { permission: resource.change ?? resource.write, ...forWrites },
        schema: {
          operationId: `${method === 'PUT' ? 'update' : 'patch'}${title}`,
          summary: `Changes one ${resource.name}; keys that are left out keep their values`,
          tags,
          params: IdParams,
          ...(resource.changeParameters === undefined ? {} : { querystring: Type.Object(resource.changeParameters) }),
          body: requestBody(required, `${title}${required.length > 0 ? 'Update' : 'Patch'}`),
          response: { 200: item, ...errorResponses },
        },
        handler: async (request, reply) => {
          const caller = callerOf(request);
          const stored = await found(db, caller, request);
          const body = readBody<F>(resource.fields, concerning(request.body, stored), required as never[]);
          await resource.prepare?.(caller, body, stored);
          const { text, warnings } = await write(async (tx) => {
            const warnings: string[] = [];
            await oneWriterAtATime(tx, resource.path, request, (request.params as { id: string }).id);
            const row = await found(tx, caller, request);
            const before = await one(tx, caller, row);
            checkIfMatch(request, before);
            const query = request.query as Record<string, unknown>;
            const warn: Warn = (warning) => warnings.push(warning);
            const changed = await update.call(resource, tx, caller, row, body, method, warn, query);
            const after = await one(tx, caller, changed);
            await record(tx, request, before, after);
            return { text: after, warnings };
          });
          return sendOne(sendWarnings(reply, warnings), 200, text);
        },
      });
    }
  }
  if (remove !== undefined) {
    app.delete(
      `/${resource.path}/:id`,
      {
        config: { permission: resource.write, ...forWrites },
        schema: {
          operationId: `delete${title}`,
          summary: `Deletes one ${resource.name}`,
          tags,
          params: IdParams,
          response: { 204: NoContent, ...errorResponses },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        await write(async (tx) => {
          await oneWriterAtATime(tx, resource.path, request, (request.params as { id: string }).id);
          const row = await found(tx, caller, request);
          const before = await one(tx, caller, row);
          checkIfMatch(request, before);
          await remove.call(resource, tx, caller, row, request.body);
          await record(tx, request, before, null);
        });
        return reply.code(204).send();
      },
    );
  }
}

/** Sends JSON text as it is, with the media type that existing clients get (no charset). */
export const sendJson = (reply: FastifyReply, status: number, json: string): FastifyReply =>
  reply
    .code(status)
    .header('content-type', 'application/json')
    .serializer((text: unknown) => text as string)
    .send(json);

/** SQLSTATE of a reference to a row that is not, or no longer, there. */
const FOREIGN_KEY_VIOLATION = '23503';

/**
 * Runs a write in one transaction, again where it met another in a deadlock; a violated constraint that stands for a rule becomes that
 * rule's error. A write whose object or reference somebody deleted meanwhile runs once more and finds it gone, as it would have later.
 */
export async function inOneTransaction<T>(
  db: Db,
  uniques: Readonly<Record<string, ApiError>>,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(db, work);
    } catch (error) {
      const isGone = error instanceof Error && 'code' in error && error.code === FOREIGN_KEY_VIOLATION;
      if (isGone && attempt === 1) continue;
      const constraint = uniqueViolation(error);
      const rule = constraint === null ? undefined : uniques[constraint];
      throw rule ?? error;
    }
  }
}

const pascal = (words: string): string => words.replace(/(?:^|[\s_-]+)(\w)/g, (_match, letter: string) => letter.toUpperCase());
