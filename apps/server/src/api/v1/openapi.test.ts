import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiWorld, startApi } from '../../testing/api.ts';

let api: ApiWorld;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

test('the description is valid OpenAPI 3.1', async () => {
  const document = (await api.app.inject({ url: '/api/openapi.json' })).json();
  expect(await new Validator().validate(document)).toEqual({ valid: true });
});
