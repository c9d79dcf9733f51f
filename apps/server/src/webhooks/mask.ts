/** What stands for a secret wherever people can read it. */
export const MASK = '*'.repeat(16);

const SECRET_NAME = /auth|token|key|secret|cookie|signature|pass/i;

/** Header values that may be stored: those whose name speaks of a secret are masked. */
export const maskHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, SECRET_NAME.test(name) ? MASK : value]));

/** Text that may be stored: without these values, however templates and receivers write them. */
export function maskValues(text: string, values: readonly string[]): string {
  const forms = new Set(values.flatMap(formsOf));
  return [...forms].sort((a, b) => b.length - a.length).reduce((masked, form) => masked.replaceAll(form, MASK), text);
}

/** A value as it is, inside JSON (RFC 8259, also with all but ASCII escaped, and as `tojson` has it), percent-encoded, and in base64. */
function formsOf(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = json.replace(/[\u007f-\uffff]/g, jsonEscape);
  const bytes = Buffer.from(value);
  const uri = encodeURIComponent(bytes.toString()); // of a half of a surrogate pair there is no encoding
  const percent = uri.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return [
    ...[value, json, ascii, ascii.replace(/[<>&']/g, jsonEscape)],
    ...[uri, percent, percent.replaceAll('%2F', '/'), percent.replaceAll('%20', '+')],
    ...[bytes.toString('base64'), bytes.toString('base64url')],
  ];
}

const jsonEscape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Shorter ones would be masked in the middle of words that an answer happens to hold. */
const SHORTEST_CREDENTIAL = 8;

/** Credentials among what a request carries, by their names: an answer may repeat them. Of `Bearer <token>` the token alone, too. */
export const credentialsIn = (carried: Iterable<readonly [name: string, value: string]>): string[] =>
  [...carried]
    .filter(([name]) => SECRET_NAME.test(name))
    .flatMap(([, value]) => [value, value.replace(/^\S+\s+/, '')])
    .filter((value) => value.length >= SHORTEST_CREDENTIAL);

/** A URL that may be stored: without user information, and with masked query values whose name speaks of a secret. */
export function maskUrl(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  const secretNames = [...url.searchParams.keys()].filter((name) => SECRET_NAME.test(name));
  if (url.username === '' && url.password === '' && secretNames.length === 0) return text;
  if (url.username !== '' || url.password !== '') {
    url.username = MASK;
    url.password = '';
  }
  for (const name of secretNames) url.searchParams.set(name, MASK);
  return url.href;
}
