import { RenderPool, TemplateError, UndefinedError } from '@tocsin/jinja';
import type { Clock } from '../platform/clock.ts';
import { DEFAULT_LENGTHS, type Lengths } from '../templates/index.ts';
import type { Rendered, RenderTemplate } from './build-request.ts';
import type { WebhookEnvironment } from './render-environment.ts';

/** Longest that a template may hold up everything else; beyond it a thread goes on. */
const INLINE_MS = 10;
/** Python exceptions that count as warnings (outgoing-webhooks.md 6.4). */
const WARNINGS: ReadonlySet<string> = new Set(['TypeError', 'KeyError', 'ValueError', 'UndefinedError']);

const environmentModule = new URL(
  import.meta.url.endsWith('.ts') ? './render-environment.ts' : './render-environment.js',
  import.meta.url,
);

/** Threads of their own, so that webhook templates never wait for those of alerts, nor the other way round. Whoever makes it closes it. */
export const createWebhookPool = (): RenderPool => new RenderPool({ environmentModule, inlineMs: INLINE_MS });

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}..` : text);

const describe = (err: TemplateError): string => {
  const kind = err instanceof UndefinedError || WARNINGS.has(err.pyName) ? 'Warning' : 'Error';
  return `Template ${kind}: ${err.message}`;
};

/** A text that is its own rendering, as most addresses are: no tag begins in it, and it has no line end to be dropped. */
const IS_PLAIN = /^[^{\r\n]*$/;

/**
 * Renders what webhooks send: Jinja2 with OnCall's additions, printed values escaped for JSON where asked (outgoing-webhooks.md 6). What is
 * wrong with a template is a result.
 * @returns a function that throws RenderPoolBusyError while too many slow templates wait
 */
export const createWebhookRenderer =
  (
    pool: Pick<RenderPool, 'render'>,
    clock: Clock,
    lengths: Pick<Lengths, 'template' | 'result'> = DEFAULT_LENGTHS,
  ): RenderTemplate =>
  async (source, context, escaping): Promise<Rendered> => {
    const length = source.length > lengths.template ? [...source].length : 0;
    if (length > lengths.template)
      return { ok: false, message: `Template Error: Template exceeds length limit (${length} > ${lengths.template})` };
    if (IS_PLAIN.test(source)) return { ok: true, text: cut(source, lengths.result) };
    const environment: WebhookEnvironment = escaping === 'json' ? 'json' : 'plain';
    // `payload`, the name that alert templates use, is there and None.
    const json = { payload: 'null', ...Object.fromEntries(context) };
    try {
      const text = await pool.render({ template: source, json, environment, nowUs: clock.now().getTime() * 1_000 });
      return { ok: true, text: cut(text, lengths.result) };
    } catch (err) {
      if (err instanceof TemplateError) return { ok: false, message: describe(err) };
      throw err;
    }
  };
