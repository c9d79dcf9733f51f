import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../platform/http/index.ts';
import { createAnswerCheck } from '../../testing/contract/check-answer.ts';
import { type Json, type Operation, operationsOf } from '../../testing/contract/operations.ts';
import { requestsTo } from '../../testing/contract/requests.ts';
import { seedOrganization } from '../../testing/contract/seeded-organization.ts';
import { startTestServer } from '../../testing/test-server.ts';

/** `npm run fuzz:api` asks for more, each time with another seed, which a failure names. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 12);
const SEED = Number(process.env.FUZZ_SEED ?? (process.env.FUZZ_RUNS === undefined ? 20_261_122 : Date.now() % 2 ** 31));
const ONLY = process.env.FUZZ_ONLY ?? '';

const server = await startTestServer();
afterAll(() => server[Symbol.asyncDispose]());
const document = openApiDocument(server.app, 'https://tocsin.example.net') as Json;
const check = createAnswerCheck(document);
const forReads = await seedOrganization(server, 'wreads');
const operations = operationsOf(document).filter(({ streams, title }) => !streams && title.includes(ONLY));

describe('whatever is sent, the answer is as the description says, and never a 5xx', { timeout: 60_000 + RUNS * 2_000 }, () => {
  test.each(operations.map((operation): [string, Operation] => [operation.title, operation]))('%s', async (_title, operation) => {
    const world =
      operation.method === 'GET' ? forReads : await seedOrganization(server, `w${operation.operationId.toLowerCase()}`);
    await fc.assert(
      fc.asyncProperty(requestsTo(document, operation, world.ids), async (request) => {
        const answer = await world.send(request);
        const problem = check(operation, answer);
        expect(problem, `${request.method} ${request.url} ${request.payload ?? ''}\n→ ${answer.body.slice(0, 2_000)}`).toBeNull();
      }),
      { numRuns: RUNS, seed: SEED, interruptAfterTimeLimit: 50_000 + RUNS * 2_000, endOnFailure: RUNS > 50 },
    );
  });
});
