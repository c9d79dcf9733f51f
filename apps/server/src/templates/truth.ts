const TRUE_TEXTS: ReadonlySet<string> = new Set(['1', 'true', 'ok']);

/** Whether the result of a resolve, acknowledge or route template means yes (templates.md 7). */
export const isTruthy = (text: string): boolean => TRUE_TEXTS.has(text.trim().toLowerCase());
