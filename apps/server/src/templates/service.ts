import {
  compilePythonRegex,
  type PythonRegex,
  RegexLimitError,
  RegexSyntaxError,
  type RenderPool,
  RenderPoolBusyError,
  type Template,
} from '@tocsin/jinja';
import type { Clock } from '../platform/clock.ts';
import { Lru } from '../platform/lru.ts';
import { createEnvironment, type Failure, failureText, lengthFailure, toFailure } from './engine.ts';
import { DEFAULT_LENGTHS, type Lengths } from './lengths.ts';
import { cutResult } from './text-formats.ts';
import { PayloadSource } from './values.ts';

/** Names and values that a template sees. Maps, lists and plain values become Python's. */
export type TemplateContext = { payload: PayloadSource; labels?: unknown } & Record<string, unknown>;

export type Rendered =
  | { ok: true; text: string; wasSlow: boolean }
  /** `text` is what people see: "Template Error: …" or "Template Warning: …". */
  | { ok: false; kind: Failure['kind']; text: string; wasSlow: boolean };

export interface Templates {
  /** How long templates and what they render to may be. */
  readonly lengths: Lengths;
  /** Renders at once where it can, on another thread where it takes longer. Never throws for what templates or payloads do. */
  render(source: string, context: TemplateContext): Rendered | Promise<Rendered>;
  /**
   * Searches a payload's JSON text, as Python's json.dumps writes it, with a pattern of Python's `re`. An invalid pattern, or one
   * that takes more than two seconds, finds nothing.
   */
  searchPayload(pattern: string, payload: PayloadSource): boolean | Promise<boolean>;
  /** Whether a pattern of Python's `re` matches the whole of a short text; null for an invalid pattern, or one that takes too long. */
  matchesWhole(pattern: string, text: string): boolean | null;
}

/** Renders on another thread, with the whole budget. Its variables are JSON texts. Rejects with a TemplateError or a RenderPoolBusyError. */
export type SlowRenderer = { render(source: string, json: Readonly<Record<string, string>>): Promise<string> };

/** Threads as slow renderer; whoever made the pool closes it. */
export const createThreadedRenderer = (pool: RenderPool, clock: Clock): SlowRenderer => ({
  render: (template, json) => pool.render({ template, json, nowUs: clock.now().getTime() * 1_000 }),
});

export type TemplatesOptions = { clock: Clock; pool: SlowRenderer; lengths?: Lengths };

type Compiled = { ok: true; template: Template } | { ok: false; failure: Failure };

const TOO_BUSY = 'too many slow templates wait to be rendered';
const MOST_TEMPLATES = 20_000;
const MOST_SOURCE_CHARACTERS = 16_000_000;
const MOST_PATTERNS = 5_000;
/** What a render or a search may take on the main thread; what takes longer begins again on another (templates.md B-5). */
const INLINE_MS = 20;

/** Compiled templates and patterns, kept by their source, and the budgets of templates.md B-5. */
export function createTemplates({ clock, pool, lengths = DEFAULT_LENGTHS }: TemplatesOptions): Templates {
  const env = createEnvironment({
    clock: () => clock.now().getTime() * 1_000,
    monotonic: () => clock.monotonicMs(),
    limits: { timeMs: INLINE_MS, regexMs: INLINE_MS, regexTotalMs: INLINE_MS },
  });
  const compiled = new Lru<string, Compiled>(MOST_TEMPLATES, MOST_SOURCE_CHARACTERS);
  const patterns = new Lru<string, PythonRegex | null>(MOST_PATTERNS, MOST_SOURCE_CHARACTERS);
  const dumped = new WeakMap<PayloadSource, string>();
  const dump = env.compile('{{ payload | json_dumps }}');

  function compile(source: string): Compiled {
    const known = compiled.get(source);
    if (known !== undefined) return known;
    const made = compileNow(source);
    compiled.set(source, made, source.length + 100);
    return made;
  }

  function compileNow(source: string): Compiled {
    const tooLong = lengthFailure(source, lengths.template);
    if (tooLong !== null) return { ok: false, failure: tooLong };
    try {
      return { ok: true, template: env.compile(source) };
    } catch (err) {
      return { ok: false, failure: toFailure(err) };
    }
  }

  const failed = (failure: Failure, wasSlow: boolean): Rendered => ({
    ok: false,
    kind: failure.kind,
    text: cutResult(failureText(failure), lengths.result),
    wasSlow,
  });

  function compilePattern(pattern: string): PythonRegex | null {
    const known = patterns.get(pattern);
    if (known !== undefined) return known;
    const made = tryPattern(pattern);
    patterns.set(pattern, made, pattern.length + 100);
    return made;
  }

  function textOf(payload: PayloadSource): string {
    const known = dumped.get(payload);
    if (known !== undefined) return known;
    const text = dump.render({ payload: payload.value }, { limits: { timeMs: 1_000 } });
    dumped.set(payload, text);
    return text;
  }

  const plainContext = (context: TemplateContext): Record<string, unknown> => ({ ...context, payload: context.payload.value });

  /** What can be sent to a thread: the payload as it came, everything else as Python would dump it. */
  const jsonContext = ({ payload, ...others }: TemplateContext): Record<string, string> => ({
    ...Object.fromEntries(Object.entries(others).map(([name, value]) => [name, dump.render({ payload: value })])),
    payload: payload.text,
  });

  async function renderApart(source: string, context: TemplateContext): Promise<Rendered> {
    try {
      const text = await pool.render(source, jsonContext(context));
      return { ok: true, text: cutResult(text, lengths.result), wasSlow: true };
    } catch (err) {
      if (err instanceof RenderPoolBusyError)
        return failed({ kind: 'error', message: TOO_BUSY, line: null, budget: 'time' }, true);
      return failed(toFailure(err), true);
    }
  }

  return {
    lengths,
    render(source, context) {
      const made = compile(source);
      if (!made.ok) return failed(made.failure, false);
      try {
        return { ok: true, text: cutResult(made.template.render(plainContext(context)), lengths.result), wasSlow: false };
      } catch (err) {
        const failure = toFailure(err);
        const mayEndApart = failure.budget === 'time' || failure.budget === 'regex';
        return mayEndApart ? renderApart(source, context) : failed(failure, failure.budget !== null);
      }
    },
    matchesWhole(pattern, text) {
      const regex = compilePattern(wholePattern(pattern));
      if (regex === null) return null;
      const endMs = clock.monotonicMs() + INLINE_MS;
      try {
        return regex.test(text, { expired: () => clock.monotonicMs() > endMs });
      } catch (err) {
        if (err instanceof RegexLimitError) return null;
        throw err;
      }
    },
    searchPayload(pattern, payload) {
      const regex = compilePattern(pattern);
      if (regex === null) return false;
      const text = textOf(payload);
      const endMs = clock.monotonicMs() + INLINE_MS;
      try {
        return regex.test(text, { expired: () => clock.monotonicMs() > endMs });
      } catch (err) {
        if (!(err instanceof RegexLimitError)) throw err;
        const subject = new PayloadSource(JSON.stringify({ text, pattern }));
        const apart = renderApart('{{ payload.text | regex_search(payload.pattern) }}', { payload: subject });
        return apart.then((rendered) => rendered.ok && rendered.text === 'True');
      }
    },
  };
}

const LEADING_FLAGS = /^\(\?[aiLmsux]+\)/;
/** A pattern for the whole text; flags stay in front, where Python wants them. */
function wholePattern(pattern: string): string {
  const flags = LEADING_FLAGS.exec(pattern)?.[0] ?? '';
  return `${flags}\\A(?:${pattern.slice(flags.length)})\\Z`;
}

function tryPattern(pattern: string): PythonRegex | null {
  try {
    return compilePythonRegex(pattern, { flavour: 're' });
  } catch (err) {
    if (err instanceof RegexSyntaxError) return null;
    throw err;
  }
}
