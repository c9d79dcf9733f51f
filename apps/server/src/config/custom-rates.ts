import type { EnvReader } from './env-reader.ts';

/** Limits of one organization in place of the usual ones. */
export type CustomRates = {
  /** Alerts of an integration, and of all together, within five minutes. */
  integration?: number;
  organization?: number;
  /** Requests of a token in a minute. */
  publicApi?: number;
};

const KEYS = { integration: 'integration', organization: 'organization', public_api: 'publicApi' } as const;
const WINDOW_SECONDS = { integration: 300, organization: 300, public_api: 60 } as const;
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

/** `600/5m` as a number for a window of so many seconds; null when it is no rate. */
function perWindow(text: unknown, seconds: number): number | null {
  const [, count, units = '', unit = ''] = (typeof text === 'string' ? /^(\d{1,9})\/(\d{0,3})([smh])$/.exec(text) : null) ?? [];
  const spanSeconds = Number(units === '' ? 1 : units) * (UNIT_SECONDS[unit] ?? 0);
  if (count === undefined || Number(count) === 0 || spanSeconds === 0) return null;
  return Math.max(1, Math.round((Number(count) * seconds) / spanSeconds));
}

/** `CUSTOM_RATELIMITS`: `{"<organization id>": {"integration": "600/5m", "organization": "3000/5m", "public_api": "1000/m"}}` (access.md 13). */
export function readCustomRates(read: EnvReader): ReadonlyMap<string, CustomRates> {
  const text = read.optional('CUSTOM_RATELIMITS');
  const rates = new Map<string, CustomRates>();
  for (const [org, limits] of Object.entries(objectOf(text, read))) {
    const own: CustomRates = {};
    for (const [key, rate] of Object.entries(
      typeof limits === 'object' && limits !== null ? limits : { [String(limits)]: null },
    )) {
      const known = Object.keys(KEYS).find((name): name is keyof typeof KEYS => name === key);
      const count = known === undefined ? null : perWindow(rate, WINDOW_SECONDS[known]);
      if (known === undefined || count === null)
        read.problem(
          `CUSTOM_RATELIMITS: ${org}: ${key}: expected integration, organization or public_api with a rate such as 600/5m`,
        );
      else own[KEYS[known]] = count;
    }
    rates.set(org, own);
  }
  return rates;
}

function objectOf(text: string | null, read: EnvReader): Readonly<Record<string, unknown>> {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  read.problem('CUSTOM_RATELIMITS must be a JSON object, by organization id');
  return {};
}
