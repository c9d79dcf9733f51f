import type { Viewer } from '../access/index.ts';
import type { WebhookContext } from './context.ts';
import type { WebhookDeps } from './deps.ts';
import { MASK } from './mask.ts';
import { contextOf } from './prepare-calls.ts';
import { listWebhookSecrets } from './secret-store.ts';
import { factsFor, newestGroup, testEvent } from './test-call.ts';
import { STEP, type Webhook } from './webhook.ts';

export const PREVIEWED = ['url', 'headers', 'trigger_template', 'data'] as const;
export type PreviewedTemplate = (typeof PREVIEWED)[number];

export type WebhookPreview = {
  text: string;
  /** Of a trigger template: whether the webhook would be called. */
  fires?: boolean;
  /** What will work, and probably not as meant. */
  warnings: readonly string[];
};

/** The context of a preview without a payload: the newest alert group's that the viewer sees. Null when there is no group. */
export async function contextOfNewest(
  deps: WebhookDeps,
  org: string,
  webhook: Webhook | null,
  userId: string | null,
  viewer?: Viewer,
): Promise<WebhookContext | null> {
  const id = await newestGroup(deps, org, viewer);
  const group = id === null ? null : await factsFor(deps, org, id, userId);
  if (group === null) return null;
  const now = deps.clock.now();
  const shown = webhook ?? { id: 'new', name: 'new', includeEmails: true, labels: [], trigger: STEP };
  return contextOf({ webhook: shown, event: testEvent(shown, userId, now), group, user: null, now });
}

/** With the names of the organization's secrets, each masked: a preview shows where they go, and none of them. */
async function withMaskedSecrets({ db }: Pick<WebhookDeps, 'db'>, org: string, context: WebhookContext): Promise<WebhookContext> {
  const names = (await listWebhookSecrets(db, org)).map(({ name }) => [name, MASK]);
  return names.length === 0 ? context : new Map([...context, ['secrets', JSON.stringify(Object.fromEntries(names))]]);
}

/** Renders one template of a webhook as it would be when it is sent (outgoing-webhooks.md 16.2). */
export async function previewWebhookTemplate(
  deps: Pick<WebhookDeps, 'render' | 'db'>,
  org: string,
  name: PreviewedTemplate,
  source: string,
  context: WebhookContext,
): Promise<WebhookPreview> {
  const seen = await withMaskedSecrets(deps, org, context);
  const rendered = await deps.render(source, seen, name === 'headers' || name === 'data' ? 'json' : 'none');
  if (!rendered.ok) return { text: rendered.message, warnings: [] };
  const { text } = rendered;
  const fires = name === 'trigger_template' ? { fires: ['true', '1'].includes(text.trim().toLowerCase()) } : {};
  return { text, ...fires, warnings: warningsOf(name, source, text) };
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // that is what is asked
  }
};

function warningsOf(name: PreviewedTemplate, source: string, text: string): string[] {
  const warnings: string[] = [];
  if (name === 'url' && /[\s\u0000-\u001f]/.test(text.trim()))
    warnings.push('The URL holds white space or control characters; put | urlencode behind values.');
  if ((name === 'headers' || name === 'data') && /[[{]\\?'|: (None|True|False)\b/.test(text))
    warnings.push('An object was printed as Python writes it; put | tojson behind it.');
  if (name === 'headers' && !isJson(text)) warnings.push('Headers must be a JSON object of texts.');
  if (name === 'data' && /^\s*[[{]/.test(source) && !isJson(text)) warnings.push('The body is no JSON and goes out as text.');
  return warnings;
}
