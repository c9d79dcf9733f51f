import type { Webhook } from '../../api/index.ts';
import type { Tone } from '../../ui/index.ts';

/** What calls a webhook, by the API's name of the trigger. */
export const TRIGGERS = [
  { value: 'escalation', label: 'Escalation step, or by hand' },
  { value: 'alert group created', label: 'Alert group created' },
  { value: 'acknowledge', label: 'Acknowledged' },
  { value: 'resolve', label: 'Resolved' },
  { value: 'silence', label: 'Silenced' },
  { value: 'unsilence', label: 'Unsilenced' },
  { value: 'unresolve', label: 'Unresolved' },
  { value: 'unacknowledge', label: 'Unacknowledged' },
  { value: 'status change', label: 'Any status change' },
  { value: 'resolution note added', label: 'Resolution note added' },
  { value: 'personal notification', label: 'Personal notification' },
] as const;

export const triggerText = (name: string): string => TRIGGERS.find(({ value }) => value === name)?.label ?? name;

/** Where requests go: the host, or the whole text where a template stands in its place. */
export function hostOf(url: string | null): string {
  if (url === null || !URL.canParse(url)) return url ?? '';
  const { host } = new URL(url);
  return /[{}%]/.test(host) || host === '' ? url : host;
}

/** An answer's status in a word and a colour; `null` is no answer. */
export function statusText(code: number | null): { word: string; tone: Tone } {
  if (code === null) return { word: 'no answer', tone: 'danger' };
  return { word: String(code), tone: code >= 200 && code < 300 ? 'ok' : 'danger' };
}

/** How requests sign in, in the order in which it counts. */
export function signInText(webhook: Webhook): string {
  if (webhook.username) return `Basic, as ${webhook.username}`;
  return webhook.authorization_header === null ? 'None' : 'Authorization header';
}
