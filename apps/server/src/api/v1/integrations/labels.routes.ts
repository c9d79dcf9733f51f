import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import { type TSchema, Type } from 'typebox';
import {
  createLabelKey,
  createLabelValue,
  deleteLabel,
  type LabelChange,
  labelValues,
  listLabelKeys,
  renameLabelKey,
  renameLabelValue,
} from '../../../integrations/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { type ApiError, fieldErrors, notFound, refusal } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { checkUnchanged, sendOne } from '../conventions/etag.ts';
import { custom, type Field, Invalid, pythonType, readBody, text } from '../conventions/fields.ts';
import { envelope, listOf, pageParameters, readWindow, single } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { labelKeyError, staticValueError } from './labels-field.ts';

const PAGE_SIZE = 100;
const KeySchema = Type.Object({
  id: Type.String({ description: 'The name; it changes with it.' }),
  name: Type.String(),
  values_count: Type.Integer(),
  integrations_count: Type.Integer({ description: 'Integrations that carry the key.' }),
});
const NamedSchema = Type.Object({ id: Type.String(), name: Type.String() });
const KeyWithValuesSchema = Type.Object({ key: NamedSchema, values: Type.Array(NamedSchema) });
const KeyParams = Type.Object({ key: Type.String() });
const ValueParams = Type.Object({ key: Type.String(), value: Type.String() });

const checked = (error: (name: string) => string | null): Field<string> => {
  const base = text();
  return custom(base.schema, (raw) => {
    const name = base.read(raw);
    const wrong = error(name);
    if (wrong !== null) throw new Invalid([wrong]);
    return name;
  });
};
const keyName = checked(labelKeyError);
const valueName = checked(staticValueError);
const valueNames: Field<readonly string[]> = custom(Type.Array(Type.String()), (raw) => {
  if (!Array.isArray(raw)) throw new Invalid([`Expected a list of items but got type "${pythonType(raw)}".`]);
  return raw.map((item) => valueName.read(item));
});

const named = (name: string) => ({ id: name, name });
const paramsOf = (request: FastifyRequest) => request.params as { key: string; value: string };

const REFUSALS = {
  taken: fieldErrors({ name: ['This name is taken.'] }),
  in_use: refusal('The label is in use.', 'in_use'),
};
function require(change: LabelChange): void {
  if (!change.ok) throw change.reason === 'not_found' ? notFound() : (REFUSALS[change.reason] satisfies ApiError);
}

/** Keys and values of labels (access.md 6.1): names that integrations and routes may carry. A name is its own id. */
export function registerLabels(app: FastifyInstance, deps: ApiDeps & { readonly clock: Clock }): void {
  const { db, baseUrl, clock } = deps;
  const tags = ['labels'];
  const route = (
    operationId: string,
    summary: string,
    params: TSchema | null,
    body: TSchema | null,
    response: object,
  ): FastifySchema => ({
    operationId,
    summary,
    tags,
    ...(params === null ? {} : { params }),
    ...(body === null ? {} : { body }),
    response: { ...response, ...errorResponses },
  });
  const shown = async (at: typeof db | Tx, org: string, key: string): Promise<string> => {
    const values = await labelValues(at, org, key);
    if (values === null) throw notFound();
    return JSON.stringify({ key: named(key), values: values.map(named) });
  };
  const change = (request: FastifyRequest, name: string, key: string, work: (tx: Tx, org: string) => Promise<LabelChange>) => {
    const { org } = callerOf(request);
    return inOneTransaction(db, {}, async (tx) => {
      const { key: named } = paramsOf(request);
      if (named !== undefined && name !== 'created')
        await checkUnchanged(tx, request, 'labels', named, () => shown(tx, org, named));
      require(await work(tx, org));
      const before = paramsOf(request).key;
      const text = name === 'deleted' && paramsOf(request).value === undefined ? '' : await shown(tx, org, key);
      const note = [before, paramsOf(request).value].filter((part) => part !== undefined).join(' = ');
      const resource = { type: 'label', id: key, name: key };
      await audit(tx, request, { type: 'resource', name, resource, note: note === '' ? null : note }, clock);
      return text;
    });
  };

  app.get(
    '/labels/keys',
    {
      config: { permission: 'label:read' },
      schema: {
        ...route('listLabelKeys', 'Lists the keys of labels, by name', null, null, { 200: listOf(KeySchema) }),
        querystring: Type.Object({ ...pageParameters, search: Type.Optional(Type.String({ description: 'Part of the name.' })) }),
      },
    },
    async (request, reply) => {
      const query = request.query as Record<string, unknown>;
      const search = single(query.search);
      const filter = search === undefined || search === '' ? {} : { search };
      const page = await listLabelKeys(db, callerOf(request).org, filter, readWindow(query, PAGE_SIZE));
      const rows = page.rows.map((key) => ({
        ...named(key.name),
        values_count: key.values,
        integrations_count: key.integrations,
      }));
      return sendJson(reply, 200, JSON.stringify(envelope(page, rows, baseUrl, request.url)));
    },
  );
  app.post(
    '/labels/keys',
    {
      config: { permission: 'label:create' },
      schema: route(
        'createLabelKey',
        'Makes a key, with values if they are given',
        null,
        Type.Object({ name: keyName.schema, values: Type.Optional(valueNames.schema) }),
        { 201: KeyWithValuesSchema },
      ),
    },
    async (request, reply) => {
      const body = readBody({ name: keyName, values: valueNames }, request.body, ['name']);
      const made = await change(request, 'created', body.name, (tx, org) =>
        createLabelKey(tx, org, body.name, body.values ?? [], clock.now()),
      );
      return sendJson(reply, 201, made);
    },
  );
  app.get(
    '/labels/keys/:key',
    {
      config: { permission: 'label:read' },
      schema: route('getLabelKey', 'Reads a key and its values', KeyParams, null, { 200: KeyWithValuesSchema }),
    },
    async (request, reply) => sendOne(reply, 200, await shown(db, callerOf(request).org, paramsOf(request).key)),
  );
  const nameBody = Type.Object({ name: Type.String() });
  for (const method of ['PUT', 'PATCH'] as const) {
    const verb = method === 'PUT' ? 'rename' : 'patch';
    app.route({
      method,
      url: '/labels/keys/:key',
      config: { permission: 'label:write' },
      schema: route(
        `${verb}LabelKey`,
        'Renames a key on integrations and routes; alert groups keep theirs',
        KeyParams,
        nameBody,
        {
          200: KeyWithValuesSchema,
        },
      ),
      handler: async (request, reply) => {
        const { name } = readBody({ name: keyName }, request.body, ['name']);
        const renamed = await change(request, 'updated', name, (tx, org) => renameLabelKey(tx, org, paramsOf(request).key, name));
        return sendOne(reply, 200, renamed);
      },
    });
    app.route({
      method,
      url: '/labels/keys/:key/values/:value',
      config: { permission: 'label:write' },
      schema: route(
        `${verb}LabelValue`,
        'Renames a value on integrations and routes; alert groups keep theirs',
        ValueParams,
        nameBody,
        {
          200: KeyWithValuesSchema,
        },
      ),
      handler: async (request, reply) => {
        const { name } = readBody({ name: valueName }, request.body, ['name']);
        const { key, value } = paramsOf(request);
        return sendOne(
          reply,
          200,
          await change(request, 'updated', key, (tx, org) => renameLabelValue(tx, org, key, value, name)),
        );
      },
    });
  }
  app.post(
    '/labels/keys/:key/values',
    {
      config: { permission: 'label:create' },
      schema: route('createLabelValue', 'Adds a value to a key', KeyParams, nameBody, { 201: KeyWithValuesSchema }),
    },
    async (request, reply) => {
      const { name } = readBody({ name: valueName }, request.body, ['name']);
      const { key } = paramsOf(request);
      return sendJson(
        reply,
        201,
        await change(request, 'created', key, (tx, org) => createLabelValue(tx, org, key, name, clock.now())),
      );
    },
  );
  for (const url of ['/labels/keys/:key', '/labels/keys/:key/values/:value']) {
    const isValue = url.endsWith(':value');
    app.delete(
      url,
      {
        config: { permission: 'label:write' },
        schema: route(
          isValue ? 'deleteLabelValue' : 'deleteLabelKey',
          `Forgets a ${isValue ? 'value' : 'key'} that no integration or route carries`,
          isValue ? ValueParams : KeyParams,
          null,
          { 204: Type.Null() },
        ),
      },
      async (request, reply) => {
        const { key } = paramsOf(request);
        const value = isValue ? paramsOf(request).value : null;
        await change(request, 'deleted', key, (tx, org) => deleteLabel(tx, org, key, value));
        return reply.code(204).send();
      },
    );
  }
}
