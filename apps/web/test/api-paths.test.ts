import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { printOpenApi } from '../../server/src/cli/openapi.ts';

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));
/** `api.get('/users/{id}'`, `listAll<User>('/users'`, `api.post(`/alert_groups/{id}/${action}``. */
const CALL = /\b(?:api\.(get|post|put|patch|delete)|(listAll))(?:<[^()]*?>)?\(\s*(['`])(\/[^'`]+)\3/g;

const files = (readdirSync(SOURCES, { recursive: true }) as string[]).filter((name) => /\.tsx?$/.test(name));

/** Parts of a path that are chosen while the page runs stand for any word. */
const pattern = (path: string): RegExp =>
  new RegExp(`^/api/v1${path.replace(/[.*+?^()[\]\\|]/g, '\\$&').replace(/\$\{[^}]*\}/g, '[a-z_]+')}$`);

test('the web UI calls nothing but endpoints that the API describes', async () => {
  const lines: string[] = [];
  await printOpenApi({ BASE_URL: 'https://tocsin.example.net' }, { out: (line) => void lines.push(line) });
  const { paths } = JSON.parse(lines.join('\n')) as { paths: Record<string, Record<string, unknown>> };
  const unknown: string[] = [];
  let calls = 0;
  for (const name of files) {
    for (const [, verb, , , path] of readFileSync(join(SOURCES, name), 'utf8').matchAll(CALL)) {
      const wanted = pattern((path ?? '').replace(/\/$/, '').split('?')[0] ?? '');
      const method = verb ?? 'get';
      calls += 1;
      if (!Object.entries(paths).some(([known, methods]) => wanted.test(known) && method in methods))
        unknown.push(`${name}: ${method} ${path}`);
    }
  }
  expect(unknown).toEqual([]);
  expect(calls).toBeGreaterThan(40);
});
