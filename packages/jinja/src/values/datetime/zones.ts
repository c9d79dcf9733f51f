import { PythonError } from '../../errors.ts';
import { strRepr } from '../str-repr.ts';
import { DAY_US, pad2, SECOND_US } from './civil.ts';
import { PyTimezone } from './timezone.ts';
import { ZONE_NAMES } from './zone-names.ts';

/** IANA time zones. Offsets come from the runtime's own database (Intl), abbreviations from a table. */

type Zone = { readonly name: string; readonly clock: Intl.DateTimeFormat };

/** As many as there are zones at most: names that are no zones are not kept. */
const known = new Map<string, Zone>();

function zoneNamed(name: string): Zone {
  const key = name.toLowerCase();
  const cached = known.get(key);
  if (cached !== undefined) return cached;
  // Intl takes offsets too, which are no names.
  if (!/^[a-z][a-z0-9_+\-/]*$/i.test(name)) throw unknownZone(name);
  let clock: Intl.DateTimeFormat;
  try {
    clock = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch (error) {
    if (error instanceof RangeError) throw unknownZone(name);
    throw error;
  }
  const zone = { name: key, clock };
  known.set(key, zone);
  return zone;
}

const unknownZone = (name: string): PythonError => new PythonError('UnknownTimeZoneError', strRepr(name));

/**
 * The offset and abbreviation that hold in a zone at an instant.
 * @param name an IANA name in any case
 * @param epochUs microseconds since 1970 in UTC
 * @throws PythonError UnknownTimeZoneError
 */
export function zoneAt(name: string, epochUs: number): PyTimezone {
  const zone = zoneNamed(name);
  if (zone.name === 'utc') return PyTimezone.utc;
  const shown = zone.clock.formatToParts(new Date(epochUs / 1000)).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(shown) ?? [];
  const east = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  const offset = sign === '-' ? -east : east;
  return new PyTimezone(offset * SECOND_US, abbreviation(zone.name, offset, Math.floor(epochUs / DAY_US)));
}

let rules: ReadonlyMap<string, string> | undefined;

function ruleOf(zone: string): string | undefined {
  if (rules === undefined) {
    const table = new Map<string, string>();
    for (const row of ZONE_NAMES) {
      const [rule = '', zones = ''] = row.split('|');
      for (const name of zones.split(' ')) table.set(name.toLowerCase(), rule);
    }
    rules = table;
  }
  return rules.get(zone);
}

function abbreviation(zone: string, offset: number, day: number): string {
  const minutes = String(offset / 60);
  const entry = ruleOf(zone)
    ?.split(' ')
    .find((part) => part.startsWith(`${minutes}=`));
  if (entry === undefined) return numericName(offset);
  const [first = '', ...changes] = entry.slice(minutes.length + 1).split('@');
  let name = first;
  for (const change of changes) {
    const [since = '', next = ''] = change.split(',');
    if (day >= Number(since)) name = next;
  }
  return name;
}

/** `+03`, `-0330`: what zones without a name of their own are called. */
function numericName(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60);
  return `${offset < 0 ? '-' : '+'}${pad2(Math.floor(minutes / 60))}${minutes % 60 === 0 ? '' : pad2(minutes % 60)}`;
}
