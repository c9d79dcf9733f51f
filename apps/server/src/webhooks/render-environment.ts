import { Environment, oncall } from '@tocsin/jinja';

/** Environments of webhook templates: `plain` prints as it is, `json` escapes what it prints for the inside of a JSON string. */
export type WebhookEnvironment = 'plain' | 'json';

/** Filters whose result is JSON already. */
const JSON_FILTERS = ['json_dumps', 'tojson_pretty'] as const;

const escapeJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Loaded by the threads that render, too (outgoing-webhooks.md 6.2). */
export function createEnvironment(name: string): Environment {
  const plain = oncall(new Environment());
  if (name !== 'json') return plain;
  const env = oncall(new Environment({ escapeOutput: escapeJson }));
  for (const filter of JSON_FILTERS) {
    env.addFilter(filter, (args, kwargs, rt) => env.callFilter('safe', [plain.callFilter(filter, args, kwargs, rt)], null, rt));
  }
  return env;
}
