import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { exampleOf } from './openapi-examples.ts';

type Json = Readonly<Record<string, unknown>>;

/** What every error body is made of (http-api-alerting.md 1.10): texts, lists, objects; never numbers or null. */
const ERROR_BODY: Json = {
  description: 'A text, a list of errors, or errors by field. `detail` holds what belongs to no field.',
  anyOf: [
    { type: 'string' },
    { type: 'array', items: { $ref: '#/components/schemas/ErrorBody' } },
    { type: 'object', additionalProperties: { $ref: '#/components/schemas/ErrorBody' } },
  ],
  examples: [{ name: ['This field is required.'] }],
};

/** Collects what routes say of themselves, as OpenAPI 3.1. Register it before the routes. */
export const collectOpenApi = (app: FastifyInstance, version: string) =>
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tocsin',
        version,
        description: 'The HTTP API of Tocsin. It holds the public API of Grafana OnCall, so that its clients keep working.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          token: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'The token, bare or after `Bearer`.' },
        },
      },
      security: [{ token: [] }],
    },
  });

/**
 * The description of all routes that have a schema. Schemas with a `title` become components of that name and are
 * referred to; each gets an example unless it has one.
 * @param baseUrl public base URL, without a slash at its end
 * @param onClash told of a title that two different schemas have; the second stays where it is used
 */
export function openApiDocument(app: FastifyInstance, baseUrl: string, onClash: (title: string) => void = () => undefined): Json {
  const collected = app.swagger() as unknown as Json & { components: Json; paths: Json };
  const schemas: Record<string, unknown> = { ErrorBody: ERROR_BODY };
  const paths = tidy(collected.paths, schemas, onClash);
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  const resolve = (name: string): unknown => schemas[name];
  for (const schema of Object.values(sorted) as Record<string, unknown>[]) schema.examples ??= [exampleOf(schema, resolve)];
  return { ...collected, servers: [{ url: baseUrl }], paths, components: { ...collected.components, schemas: sorted } };
}

/** Serves the document. It is made once, on the first request. */
export function serveOpenApi(app: FastifyInstance, baseUrl: string): void {
  let text: string | undefined;
  app.get('/api/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    text ??= JSON.stringify(openApiDocument(app, baseUrl));
    return reply.type('application/json').send(text);
  });
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

function tidy(value: unknown, schemas: Record<string, unknown>, onClash: (title: string) => void): unknown {
  if (Array.isArray(value)) return value.map((item) => tidy(item, schemas, onClash));
  if (!isObject(value)) return value;
  const { title, ...rest } = value;
  const tidied = withPlainUnions(
    Object.fromEntries(
      Object.entries(typeof title === 'string' ? rest : value).map(([key, item]) => [
        key,
        key === 'example' || key === 'examples' || key === 'enum' || key === 'const' ? item : tidy(item, schemas, onClash),
      ]),
    ),
  );
  if (typeof title !== 'string') return withRequiredBody(tidied);
  const known = schemas[title];
  if (title !== 'ErrorBody') {
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(tidied)) {
      onClash(title);
      return tidied;
    }
    schemas[title] = tidied;
  }
  return { $ref: `#/components/schemas/${title}` };
}

/** Choices between constants as `enum`, and "this or null" as a list of types, which people and generators read more easily. */
function withPlainUnions(given: Json): Json {
  const schema = withPlainKeys(given);
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || !anyOf.every(isObject)) return schema;
  const isNull = (option: Json): boolean => option.type === 'null';
  const constantsOf = (option: Json): readonly unknown[] =>
    Array.isArray(option.enum) ? option.enum : option.const === undefined ? [] : [option.const];
  const others = anyOf.filter((option) => !isNull(option));
  const nullable = others.length < anyOf.length;
  const types = [...new Set(others.map(({ type }) => type))];
  if (
    others.length > 0 &&
    others.every((option) => constantsOf(option).length > 0) &&
    types.every((type) => typeof type === 'string')
  ) {
    const values = others.flatMap(constantsOf);
    const type = nullable ? [...types, 'null'] : types.length === 1 ? types[0] : types;
    return { ...rest, type, enum: nullable ? [...values, null] : values };
  }
  const [only] = others;
  if (nullable && others.length === 1 && only !== undefined && typeof only.type === 'string' && only.enum === undefined)
    return { ...only, ...rest, type: [only.type, 'null'] };
  return schema;
}

/** Records whose keys are free as `additionalProperties`, which generators know. */
function withPlainKeys(schema: Json): Json {
  const { patternProperties, ...rest } = schema;
  if (!isObject(patternProperties) || rest.properties !== undefined) return schema;
  const [[pattern, values] = [], ...others] = Object.entries(patternProperties);
  return others.length === 0 && pattern === '^.*$' ? { ...rest, additionalProperties: values } : schema;
}

/** A body that has required keys is required itself. */
function withRequiredBody(value: Json): Json {
  const body = value.requestBody;
  if (!isObject(body) || !isObject(body.content)) return value;
  return { ...value, requestBody: { required: true, ...body } };
}
