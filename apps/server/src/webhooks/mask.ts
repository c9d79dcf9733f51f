/** What stands for a secret wherever people can read it. */
export const MASK = '*'.repeat(16);

const SECRET_NAME = /auth|token|key|secret|cookie|signature|pass/i;

/** Header values that may be stored: those whose name speaks of a secret are masked. */
export const maskHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, SECRET_NAME.test(name) ? MASK : value]));

/** Text that may be stored: without these values, as they are and as they stand inside JSON and URLs. */
export function maskValues(text: string, values: readonly string[]): string {
  const forms = values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]);
  return [...new Set(forms)].sort((a, b) => b.length - a.length).reduce((masked, form) => masked.replaceAll(form, MASK), text);
}

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
