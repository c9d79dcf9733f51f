import { Environment, oncall, parseJson, type Template, TemplateError, UndefinedError } from '@tocsin/jinja';
import type { Clock } from '../platform/clock.ts';
import type { Rendered, RenderTemplate } from './build-request.ts';
import type { WebhookContext } from './context.ts';

const MAX_SOURCE = 50_000;
const MAX_RESULT = 50_000;
const MOST_CACHED = 1_000;
/** Templates run on the server's own thread, so what they may use is little. */
const LIMITS = {
  timeMs: 100,
  regexMs: 50,
  regexTotalMs: 100,
  steps: 1_000_000,
  growthBytes: 16 * 1024 * 1024,
  outputBytes: 1024 * 1024,
};
/** Python exceptions that count as warnings (outgoing-webhooks.md 6.4). */
const WARNINGS: ReadonlySet<string> = new Set(['TypeError', 'KeyError', 'ValueError', 'UndefinedError']);
/** Filters whose result is JSON already. */
const JSON_FILTERS = ['json_dumps', 'tojson_pretty'] as const;

type Escaping = 'none' | 'json';

/** As text stands inside a JSON string. */
const escapeJson = (text: string): string => JSON.stringify(text).slice(1, -1);

function createEnvironment(clock: Clock, escaping: Escaping): Environment {
  const base = { limits: LIMITS, clock: () => clock.now().getTime() * 1_000 };
  const plain = oncall(new Environment(base));
  if (escaping === 'none') return plain;
  const env = oncall(new Environment({ ...base, escapeOutput: escapeJson }));
  for (const name of JSON_FILTERS) {
    env.addFilter(name, (args, kwargs, rt) => env.callFilter('safe', [plain.callFilter(name, args, kwargs, rt)], null, rt));
  }
  return env;
}

const describe = (err: TemplateError): string => {
  const kind = err instanceof UndefinedError || WARNINGS.has(err.pyName) ? 'Warning' : 'Error';
  return `Template ${kind}: ${err.message}`;
};

/**
 * Renders what webhooks send: Jinja2 with OnCall's additions, printed values escaped for JSON where asked (outgoing-webhooks.md 6). Compiled
 * templates are kept. Throws nothing of templates; an error there is a result.
 */
export function createWebhookRenderer(clock: Clock): RenderTemplate {
  const environments: Record<Escaping, Environment> = {
    none: createEnvironment(clock, 'none'),
    json: createEnvironment(clock, 'json'),
  };
  const compiled = new Map<string, Template>();

  function compile(source: string, escaping: Escaping): Template {
    const key = `${escaping}:${source}`;
    const template = compiled.get(key) ?? environments[escaping].compile(source);
    compiled.delete(key);
    compiled.set(key, template);
    if (compiled.size > MOST_CACHED) compiled.delete(compiled.keys().next().value as string);
    return template;
  }

  return async (source, context, escaping): Promise<Rendered> => {
    if (source.length > MAX_SOURCE) {
      return { ok: false, message: `Template Error: Template exceeds length limit (${source.length} > ${MAX_SOURCE})` };
    }
    try {
      const text = compile(source, escaping).render(readContext(context));
      return { ok: true, text: text.length > MAX_RESULT ? `${text.slice(0, MAX_RESULT)}..` : text };
    } catch (err) {
      if (err instanceof TemplateError) return { ok: false, message: describe(err) };
      throw err;
    }
  };
}

/** The context's values as Python has them; `payload`, the name that alert templates use, is there and None. */
function readContext(context: WebhookContext): ReadonlyMap<string, unknown> {
  const values = [...context].map(([name, text]): [string, unknown] => [name, parseJson(text)]);
  return new Map([['payload', null], ...values]);
}
