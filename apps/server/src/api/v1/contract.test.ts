import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../platform/http/index.ts';
import { createAnswerCheck } from '../../testing/contract/check-answer.ts';
import { type Json, type Operation, operationsOf } from '../../testing/contract/operations.ts';
import { requestsTo } from '../../testing/contract/requests.ts';
import { type SeededOrganization, seedOrganization } from '../../testing/contract/seeded-organization.ts';
import { startTestServer } from '../../testing/test-server.ts';

/** `npm run fuzz:api` asks for more, each time with another seed, which a failure names. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 8);
const SEED = Number(process.env.FUZZ_SEED ?? (process.env.FUZZ_RUNS === undefined ? 20_261_122 : Date.now() % 2 ** 31));
const ONLY = process.env.FUZZ_ONLY ?? '';

const server = await startTestServer();
afterAll(() => server[Symbol.asyncDispose]());
const document = openApiDocument(server.app, 'https://tocsin.example.net') as Json;
const check = createAnswerCheck(document);
const operations = operationsOf(document).filter(({ streams, title }) => !streams && title.includes(ONLY));

let seeded = 0;
const worlds = new Map<string, Promise<SeededOrganization>>();
/** An organization for each group of operations; deletions have others, so that what they take away is missed by nobody. */
async function worldFor({ method, path }: Operation): Promise<SeededOrganization> {
  const group = method === 'GET' ? 'reads' : `${method === 'DELETE' ? 'deletes' : 'writes'} ${path.split('/')[3]}`;
  const known = await worlds.get(group);
  const me = await known?.send({ method: 'GET', url: '/api/v1/users/current', headers: {} });
  if (known !== undefined && me?.statusCode === 200) return known;
  const made = seedOrganization(server, `w${++seeded}`);
  worlds.set(group, made);
  return made;
}

describe('whatever is sent, the answer is as the description says, and never a 5xx', { timeout: 60_000 + RUNS * 2_000 }, () => {
  test.each(operations.map((operation): [string, Operation] => [operation.title, operation]))('%s', async (_title, operation) => {
    const world = await worldFor(operation);
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
