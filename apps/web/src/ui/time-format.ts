/** How one person reads times. */
export type TimeSettings = { zone: string; hour12: boolean };

const formats = new Map<string, Intl.DateTimeFormat>();
function format(settings: TimeSettings, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${settings.zone}|${settings.hour12}|${JSON.stringify(options)}`;
  let known = formats.get(key);
  if (known === undefined) {
    known = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: settings.zone, hourCycle: settings.hour12 ? 'h12' : 'h23' });
    formats.set(key, known);
  }
  return known;
}

export const formatClock = (at: Date, settings: TimeSettings): string =>
  format(settings, { hour: '2-digit', minute: '2-digit' }).format(at);

export const formatDate = (at: Date, settings: TimeSettings): string =>
  format(settings, { day: 'numeric', month: 'short', year: 'numeric' }).format(at);

/** Date, time and zone: `Mon, 2 Mar 2026, 10:00:05 CET`. */
export const formatFull = (at: Date, settings: TimeSettings): string =>
  format(settings, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(at);

/** Short and absolute: the time today, with the date otherwise. */
export function formatShort(at: Date, now: Date, settings: TimeSettings): string {
  const sameDay = formatDate(at, settings) === formatDate(now, settings);
  if (sameDay) return formatClock(at, settings);
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const);
  return format(settings, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', ...year }).format(at);
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** A span in its two largest units: `2 h 5 min`, `45 s`. */
export function formatSpan(seconds: number): string {
  const left = Math.max(0, Math.round(seconds));
  const first = UNITS.findIndex(([, size]) => left >= size);
  if (first < 0) return '0 s';
  const [unit, size] = UNITS[first] as (typeof UNITS)[number];
  const count = Math.floor(left / size);
  const next = UNITS[first + 1];
  const rest = next === undefined || unit === 'min' ? 0 : Math.floor((left - count * size) / next[1]);
  return rest === 0 || next === undefined ? `${count} ${unit}` : `${count} ${unit} ${rest} ${next[0]}`;
}

const NEAR_SECONDS = 5;

/** `5 min ago`, `in 2 h`, `now`. */
export function formatRelative(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1_000;
  if (Math.abs(seconds) < NEAR_SECONDS) return 'now';
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS[3];
  const text = `${Math.floor(Math.abs(seconds) / unit[1])} ${unit[0]}`;
  return seconds < 0 ? `${text} ago` : `in ${text}`;
}

/** `Oslo (CET, UTC+1)`; the offset is that of the instant. */
export function zoneLabel(zone: string, at: Date): string {
  const part = (style: 'short' | 'shortOffset') =>
    new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: style })
      .formatToParts(at)
      .find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const offset = part('shortOffset').replace('GMT', 'UTC');
  const short = part('short').replace(/^GMT(?=[+-])/, 'UTC');
  const city = zone.split('/').at(-1)?.replaceAll('_', ' ') ?? zone;
  if (zone === 'UTC' || short === offset) return `${city}${city === offset ? '' : ` (${offset})`}`;
  return `${city} (${short}, ${offset})`;
}

/** All zones that the browser knows, UTC first. */
export const allZones = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Seconds of a text such as `2h 30m`, `45 min`, `1d`; a bare number counts minutes. null when it cannot be read. */
export function parseSpan(text: string): number | null {
  const trimmed = text.trim().toLowerCase();
  if (/^\d+$/.test(trimmed)) return Number(trimmed) * 60;
  const sizes: Record<string, number> = { d: 86_400, h: 3_600, m: 60, s: 1 };
  const part = /(\d+(?:\.\d+)?)\s*(d|h|m|s)[a-z]*\s*/y;
  let seconds = 0;
  while (part.lastIndex < trimmed.length) {
    const found = part.exec(trimmed);
    if (found === null) return null;
    seconds += Number(found[1]) * (sizes[found[2] ?? ''] ?? 0);
  }
  return trimmed === '' ? null : Math.round(seconds);
}
