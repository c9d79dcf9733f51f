import type { AuditValues } from './audit-record.ts';

const HIDDEN = '******';
/** Keys whose values are secrets, or hold one: inbound URLs end with the integration's token. */
const SECRET =
  /token|secret|password|passwd|authorization|cookie|api_?key|credential|headers|^link$|^inbound_email$|export_url|totp|recovery/i;
const PHONE = /phone_number$/;
/** Addresses that are a key in themselves (private calendars, chat hooks): only their host is shown. */
const CAPABILITY_URL = /^(url|ical_url.*|.*_ical_url|feed_url)$/i;
const LONGEST_TEXT = 4_000;

/** The keys that differ, with their values before and after; what holds a secret is hidden. Null on a side that is not there. */
export function diffOf(
  before: AuditValues | null,
  after: AuditValues | null,
): { before: AuditValues | null; after: AuditValues | null } {
  const changed = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter(
    (key) => JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key]),
  );
  const pick = (values: AuditValues | null): AuditValues | null =>
    values === null
      ? null
      : Object.fromEntries(changed.filter((key) => key in values).map((key) => [key, shown(key, values[key])]));
  return { before: pick(before), after: pick(after) };
}

function shown(key: string, value: unknown): unknown {
  if (value === null || typeof value === 'boolean' || value === '') return value;
  if (SECRET.test(key)) return HIDDEN;
  if (PHONE.test(key)) return HIDDEN;
  if (typeof value === 'string' && (CAPABILITY_URL.test(key) || /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(value)))
    return hostOf(value);
  if (typeof value === 'string') return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  if (Array.isArray(value)) return value.map((item) => shown('', item));
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shown(name, inner)]));
  return value;
}

/** A URL with nothing after its host, nor names and passwords before it. Also of templates, whose host may be written in them. */
function hostOf(text: string): string {
  const [, scheme, host] = /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/?#]*@)?([^/?#{}\s@]+)(?=[/?#{\s]|$)/i.exec(text) ?? [];
  return scheme === undefined || host === undefined ? HIDDEN : `${scheme}${host}/${HIDDEN}`;
}
