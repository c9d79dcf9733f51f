import fc from 'fast-check';
import { type RawBuilder, sql } from 'kysely';
import { afterAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '../../platform/http/index.ts';
import { createLogger } from '../../platform/log.ts';
import { type Json, type Operation, operationsOf } from '../../testing/contract/operations.ts';
import { requestsTo } from '../../testing/contract/requests.ts';
import { seedOrganization } from '../../testing/contract/seeded-organization.ts';
import { startTestServer } from '../../testing/test-server.ts';

const logged: string[] = [];
const server = await startTestServer({
  log: createLogger({ level: 'debug' }, { write: (line) => void logged.push(line) }),
});
afterAll(() => server[Symbol.asyncDispose]());
const { db } = server.ctx;
const document = openApiDocument(server.app, 'https://tocsin.example.net') as Json;
// What is public takes no token: a sign-in that fails is noted where it was tried.
const operations = operationsOf(document).filter(({ streams, permission }) => !streams && permission !== null);

/** Stands in every name, text and address of the other organization, and is never sent. */
const MARK = 'lagoon';
const mine = await seedOrganization(server, 'harbor');
const others = await seedOrganization(server, MARK);
/** Ids of the other organization that requests held; as the text of a name or a note they come back. */
const sent = new Set<string>();
const otherIds = Object.entries(others.ids).flatMap(([, ids]) => ids);

const tables = (
  await sql<{ name: string; columns: string[] }>`
    select table_name as name, array_agg(column_name::text) filter (where column_name ~ '_ids?$' and column_name <> 'organization_id') as columns
    from information_schema.columns where table_schema = 'public'
    group by table_name having bool_or(column_name = 'organization_id')`.execute(db)
).rows;

/** All that is stored of an organization. */
async function stored(org: string): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await sql<{ hash: string }>`
      select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as hash
      from ${sql.table(name)} t where organization_id = ${org}`.execute(db);
    all[name] = rows[0]?.hash ?? '';
  }
  return all;
}

/** References to the other organization that an organization's rows hold. */
async function strayReferences(org: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name, columns } of tables) {
    if (columns === null) continue;
    const texts: RawBuilder<unknown>[] = columns.map((column) => sql`${sql.ref(column)}::text`);
    const isId = name === 'audit_record' ? sql`coalesce(resource_type, '') not like 'label%'` : sql`true`; // keys of labels are words that callers choose
    const { rows } = await sql<{ ids: string }>`
      select concat_ws(' ', ${sql.join(texts)}) as ids from ${sql.table(name)} where organization_id = ${org} and ${isId}`.execute(
      db,
    );
    found.push(...otherIds.filter((id) => rows.some((row) => row.ids.includes(id))).map((id) => `${name}: ${id}`));
  }
  return found;
}

const before = await stored(others.org);
logged.length = 0;
expect(tables.length).toBeGreaterThan(20);

describe('a token of one organization, ids of another', { timeout: 60_000 }, () => {
  test.each(operations.map((operation): [string, Operation] => [operation.title, operation]))('%s', async (_title, operation) => {
    const ownPath = operation.path.includes('{') && !operation.path.includes('{key}');
    await fc.assert(
      fc.asyncProperty(requestsTo(document, operation, others.ids), async (request) => {
        const answer = await mine.send(request);
        const asked = decodeURIComponent(request.url.replace(/%(?![0-9a-f]{2})/gi, '')) + (request.payload ?? '');
        const said = `${request.method} ${request.url} ${request.payload ?? ''}\n→ ${answer.statusCode} ${answer.body.slice(0, 1_000)}`;
        expect(answer.body.includes(MARK), said).toBe(false);
        for (const id of otherIds) if (asked.includes(id)) sent.add(id);
        const leaked = otherIds.filter((id) => answer.body.includes(id) && !sent.has(id));
        expect(leaked, said).toEqual([]);
        if (ownPath && otherIds.some((id) => request.url.split('?')[0]?.includes(`/${id}`)))
          expect(answer.statusCode, said).toBeGreaterThanOrEqual(400);
      }),
      { numRuns: 6, seed: 20_261_122 },
    );
  });

  test('nothing of it was changed, referred to or logged', async () => {
    await server.runDue();
    expect(await stored(others.org)).toEqual(before);
    expect(await strayReferences(mine.org)).toEqual([]);
    expect(logged.length).toBeGreaterThan(operations.length);
    expect(logged.filter((line) => line.includes(MARK))).toEqual([]);
  });
});
