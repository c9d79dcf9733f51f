/** What stands under a path of a payload: keys with a hint of their value, for completion. */
export function propertiesAt(payload: unknown, path: readonly string[]): { label: string; detail: string }[] {
  let at: unknown = { payload };
  for (const key of path) at = Array.isArray(at) ? at[Number(key)] : isObject(at) ? at[key] : undefined;
  const found = Array.isArray(at) ? at[0] : at;
  return isObject(found) ? Object.entries(found).map(([label, value]) => ({ label, detail: hint(value) })) : [];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function hint(value: unknown): string {
  if (Array.isArray(value)) return `list of ${value.length}`;
  if (isObject(value)) return 'object';
  const text = String(value);
  return text.length > 30 ? `${text.slice(0, 30)}…` : text;
}
