import { contextText, type WebhookContext } from './context.ts';
import { credentialsIn, maskHeaders, maskUrl, maskValues } from './mask.ts';
import type { SecretValues } from './secret-store.ts';
import type { Webhook } from './webhook.ts';

/** Result of a template: text, or the message that begins with `Template Error: ` or `Template Warning: `. */
export type Rendered = { ok: true; text: string } | { ok: false; message: string };

/**
 * Renders a template.
 * @param escaping `json`: printed strings are escaped so that they can stand inside a JSON string; what `tojson` made is not
 */
export type RenderTemplate = (source: string, context: WebhookContext, escaping: 'none' | 'json') => Promise<Rendered>;

/** Parts of a request that may be stored and shown; null where it did not come so far. */
export type ShownRequest = { url: string | null; trigger: string | null; headers: string | null; data: string | null };

export type BuiltRequest =
  | {
      ok: true;
      url: string;
      method: Webhook['method'];
      headers: Record<string, string>;
      body: string | null;
      shown: ShownRequest;
      /** What must not show in anything stored of the answer, should it repeat them. */
      credentials: readonly string[];
    }
  /** The trigger template did not say true: nothing is to be sent. */
  | { ok: false; reason: 'not_wanted' }
  /** `message` carries its prefix (outgoing-webhooks.md 9.2) and stands in the matching field of `shown`. */
  | { ok: false; reason: 'invalid'; message: string; shown: ShownRequest };

export type BuildInput = {
  webhook: Webhook;
  context: WebhookContext;
  /** What templates see as `secrets`, which neither "forward all" nor anything that is stored tells. */
  secrets?: SecretValues;
  /** Values of the context that nothing stored may show. */
  hidden?: readonly string[];
  /** Origin of this server: requests to it would go round in circles. */
  baseUrl: string;
  render: RenderTemplate;
};

const WITH_BODY: readonly string[] = ['POST', 'PUT', 'PATCH'];
const NOTHING: ShownRequest = { url: null, trigger: null, headers: null, data: null };

/** Renders and checks what a webhook sends, in the order of outgoing-webhooks.md 7.1. Sends nothing. */
export async function buildRequest(input: BuildInput): Promise<BuiltRequest> {
  const { secrets = {}, hidden = [] } = input;
  const named = Object.values(secrets);
  const values = [...named, ...hidden];
  const context: WebhookContext =
    named.length === 0 ? input.context : new Map([...input.context, ['secrets', JSON.stringify(secrets)]]);
  const built = await build({ ...input, context, told: input.context, hidden: values });
  if (values.length === 0) return built;
  if (!built.ok && built.reason === 'not_wanted') return built;
  const masked = (text: string | null) => (text === null ? null : maskValues(text, values));
  const { url, trigger, headers, data } = built.shown;
  const shown = { url: masked(url), trigger: masked(trigger), headers: masked(headers), data: masked(data) };
  return built.ok ? { ...built, shown } : { ...built, shown, message: maskValues(built.message, values) };
}

/** @param input.told what "forward all" sends, where that is less than templates see */
async function build(input: BuildInput & { told: WebhookContext; hidden: readonly string[] }): Promise<BuiltRequest> {
  const { webhook, context, told, hidden, render } = input;
  const invalid = (message: string, shown: Partial<ShownRequest>): BuiltRequest => ({
    ok: false,
    reason: 'invalid',
    message,
    shown: { ...NOTHING, ...shown },
  });

  const trigger = await renderTrigger(webhook, context, render);
  if (!trigger.ok) return invalid(`Trigger - ${trigger.message}`, { trigger: `Trigger - ${trigger.message}` });
  if (!trigger.fires) return { ok: false, reason: 'not_wanted' };

  const url = await render(webhook.url ?? '', context, 'none');
  const problem = url.ok ? urlProblem(url.text.trim(), input.baseUrl) : url.message;
  if (!url.ok || problem !== null) return invalid(`URL - ${problem}`, { trigger: trigger.text, url: `URL - ${problem}` });
  const target = url.text.trim();
  const shownUrl = maskUrl(maskValues(target, hidden)); // before the address is written anew

  const headers = await renderHeaders(webhook, context, render);
  if (!headers.ok) {
    const message = `Headers - ${headers.message}`;
    return invalid(message, { trigger: trigger.text, url: shownUrl, headers: message });
  }
  const body = await renderBody(webhook, context, told, render);
  if (!body.ok)
    return invalid(`Data - ${body.message}`, { trigger: trigger.text, url: shownUrl, data: `Data - ${body.message}` });

  const sent = withAuthorization(webhook, headers.headers);
  if (body.contentType !== null && !hasHeader(sent, 'content-type')) sent['Content-Type'] = body.contentType;
  const shown = { url: shownUrl, trigger: trigger.text, headers: JSON.stringify(maskHeaders(sent)), data: body.text };
  const complete = withBasicAuth(webhook, sent);
  const carried = [...Object.entries(complete), ...new URL(target).searchParams, ['password', webhook.password ?? ''] as const];
  const credentials = [...hidden, ...credentialsIn(carried)];
  return { ok: true, url: target, method: webhook.method, headers: complete, body: body.text, shown, credentials };
}

type Trigger = { ok: true; text: string; fires: boolean } | { ok: false; message: string };

/** Without a template a webhook always fires; an empty result does not. */
async function renderTrigger(webhook: Webhook, context: WebhookContext, render: RenderTemplate): Promise<Trigger> {
  if (webhook.triggerTemplate === null || webhook.triggerTemplate === '') return { ok: true, text: '', fires: true };
  const rendered = await render(webhook.triggerTemplate, context, 'none');
  return rendered.ok ? { ...rendered, fires: ['true', '1'].includes(rendered.text.trim().toLowerCase()) } : rendered;
}

/** What is wrong with a URL before its host is resolved; null when nothing is. */
export function urlProblem(text: string, baseUrl: string): string | null {
  if (!URL.canParse(text)) return 'Malformed url';
  const url = new URL(text);
  if (!['http:', 'https:'].includes(url.protocol) || url.hostname === '') return 'Malformed url';
  if (text.includes(baseUrl) || (URL.canParse(baseUrl) && new URL(baseUrl).host === url.host)) return 'Potential self-reference';
  return null;
}

type Headers = { ok: true; headers: Record<string, string> } | { ok: false; message: string };

async function renderHeaders(webhook: Webhook, context: WebhookContext, render: RenderTemplate): Promise<Headers> {
  if (webhook.headers === null || webhook.headers === '') return { ok: true, headers: {} };
  const rendered = await render(webhook.headers, context, 'json');
  if (!rendered.ok) return rendered;
  const notObject: Headers = { ok: false, message: 'Template did not result in json/dict' };
  const parsed = parseJson(rendered.text);
  if (!parsed.ok || typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value)) return notObject;
  const entries = Object.entries(parsed.value);
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) return notObject;
  return { ok: true, headers: Object.fromEntries(entries) };
}

type Body = { ok: true; text: string | null; contentType: string | null } | { ok: false; message: string };

async function renderBody(
  webhook: Webhook,
  context: WebhookContext,
  told: WebhookContext,
  render: RenderTemplate,
): Promise<Body> {
  if (!WITH_BODY.includes(webhook.method)) return { ok: true, text: null, contentType: null };
  if (webhook.forwardAll)
    return {
      ok: true,
      text: webhook.isLegacy ? (told.get('alert_payload') ?? null) : contextText(told),
      contentType: 'application/json',
    };
  if (webhook.data === null || webhook.data === '') return { ok: true, text: null, contentType: null };
  const rendered = await render(webhook.data, webhook.isLegacy ? legacyContext(context) : context, 'json');
  if (!rendered.ok) return rendered;
  return {
    ok: true,
    text: rendered.text,
    contentType: parseJson(rendered.text).ok ? 'application/json' : 'text/plain; charset=utf-8',
  };
}

const LEGACY_NAMES: readonly string[] = ['alert_payload', 'alert_group_id'];
const legacyContext = (context: WebhookContext): WebhookContext =>
  new Map([...context].filter(([name]) => LEGACY_NAMES.includes(name)));

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false }; // text, which is sent as it is
  }
}

const hasHeader = (headers: Readonly<Record<string, string>>, name: string): boolean =>
  Object.keys(headers).some((key) => key.toLowerCase() === name);

const withoutHeader = (headers: Readonly<Record<string, string>>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key.toLowerCase() !== name));

const withAuthorization = (webhook: Webhook, headers: Readonly<Record<string, string>>): Record<string, string> =>
  webhook.authorizationHeader === null || webhook.authorizationHeader === ''
    ? { ...headers }
    : { ...withoutHeader(headers, 'authorization'), Authorization: webhook.authorizationHeader };

/** Basic authentication counts last, and never shows in what is stored. */
function withBasicAuth(webhook: Webhook, headers: Readonly<Record<string, string>>): Record<string, string> {
  if (!webhook.username || !webhook.password) return { ...headers };
  const credentials = Buffer.from(`${webhook.username}:${webhook.password}`, 'utf8').toString('base64');
  return { ...withoutHeader(headers, 'authorization'), Authorization: `Basic ${credentials}` };
}
