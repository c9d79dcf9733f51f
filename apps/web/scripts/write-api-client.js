// Writes the types of the web UI's API client from the server's own description. `npm run api:client`, after `npm run build`
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTypescript, { astToString } from 'openapi-typescript';

const program = fileURLToPath(new URL('../../server/bin/tocsin.js', import.meta.url));
const path = fileURLToPath(new URL('../src/api/schema.d.ts', import.meta.url));
const environment = { PATH: process.env.PATH, BASE_URL: 'https://tocsin.example.net' };
const document = execFileSync(process.execPath, [program, 'openapi'], {
  env: environment,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
const types = astToString(
  await openapiTypescript(document, { alphabetize: true, rootTypes: true, rootTypesNoSchemaPrefix: true }),
);
const text = `// Made by "npm run api:client" from the server's description of its API; not to be edited.\n${types}`;
if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
