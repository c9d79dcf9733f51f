import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formatsPlugin from 'ajv-formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApiDocument } from '../../platform/http/index.ts';
import { type ApiWorld, startApi } from '../../testing/api.ts';
import { operationsOf } from '../../testing/contract/operations.ts';

let api: ApiWorld;
// biome-ignore lint/suspicious/noExplicitAny: a document of this depth is looked into freely
let document: any;
const clashes: string[] = [];
beforeAll(async () => {
  api = await startApi();
  const made = openApiDocument(api.app, 'https://tocsin.example.net', (title) => void clashes.push(title));
  document = JSON.parse(JSON.stringify(made));
});
afterAll(() => api[Symbol.asyncDispose]());

test('the description is valid OpenAPI 3.1 and is served', async () => {
  expect(document.openapi).toBe('3.1.0');
  expect(await new Validator().validate(document)).toEqual({ valid: true });
  expect((await api.app.inject({ url: '/api/openapi.json' })).json()).toEqual(document);
});

test('no two different schemas have one name', () => expect(clashes).toEqual([]));

test('every operation has a name of its own, a summary, and says what it answers', () => {
  const names = operationsOf(document).map(({ operationId }) => operationId);
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name, index) => name === 'undefined' || names.indexOf(name) !== index)).toEqual([]);
  for (const { title, path, method, responses } of operationsOf(document)) {
    expect(document.paths[path][method.toLowerCase()].summary, title).toEqual(expect.any(String));
    expect(
      Object.keys(responses).filter((status) => status.startsWith('2') || status.startsWith('3')),
      title,
    ).not.toEqual([]);
  }
});

test('every example is one that its schema allows', () => {
  const ajv = new Ajv2020({ strict: false });
  (formatsPlugin as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema(document, 'api');
  const wrong = Object.entries<{ examples: unknown[] }>(document.components.schemas).flatMap(([name, { examples }]) => {
    const validate = ajv.compile({ $ref: `api#/components/schemas/${name}` });
    return examples.filter((example) => !validate(example)).map((example) => [name, example, ajv.errorsText(validate.errors)]);
  });
  expect(wrong).toEqual([]);
});
