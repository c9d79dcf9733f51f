import { createRequire } from 'node:module';
import { type CivilDay, parseDay } from '@tocsin/rota';
import { sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';

export interface Holiday {
  /** `2026-12-25` */
  readonly date: string;
  readonly name: string;
}

const require = createRequire(import.meta.url);
/** Loaded when it is first asked: the calendars of all countries take a while, and memory, that most servers never need. */
const loadHolidays = (): typeof import('date-holidays').default => require('date-holidays');

/** Country, or country and subdivision: `DE`, `DE-BY`. */
const PLACE = /^([A-Z]{2})(?:-([A-Z0-9]{1,3}))?$/;
const YEARS_BACK = 1;
const YEARS_AHEAD = 2;

/** Whether public holidays of a place are known. */
export function isHolidayPlace(place: string): boolean {
  const [, country, state] = PLACE.exec(place) ?? [];
  if (country === undefined) return false;
  const DateHolidays = loadHolidays();
  const known = new DateHolidays();
  return known.getCountries()[country] !== undefined && (state === undefined || known.getStates(country)?.[state] !== undefined);
}

/**
 * Computes and keeps the public holidays of a place from last year to the year after next, where they are not kept yet. Computing takes
 * about 30 ms a year, so it is done once for all.
 */
export async function keepHolidays(tx: Tx, place: string, now: Date): Promise<void> {
  const year = now.getUTCFullYear();
  const { rows } = await sql<{ year: number }>`
    insert into public_holiday_year (place, year)
    select ${place}, y from generate_series(${year - YEARS_BACK}::integer, ${year + YEARS_AHEAD}::integer) y
    on conflict do nothing returning year`.execute(tx);
  for (const missing of rows) {
    const holidays = computeYear(place, missing.year);
    await sql`
      insert into public_holiday (place, day, name)
      select ${place}, * from unnest(${holidays.map((holiday) => holiday.date)}::date[], ${holidays.map((holiday) => holiday.name)}::text[])
      on conflict do nothing`.execute(tx);
  }
}

function computeYear(place: string, year: number): Holiday[] {
  const [, country = '', state] = PLACE.exec(place) ?? [];
  const DateHolidays = loadHolidays();
  const calendar = state === undefined ? new DateHolidays(country) : new DateHolidays(country, state);
  return calendar
    .getHolidays(year)
    .filter((holiday) => holiday.type === 'public')
    .map((holiday) => ({ date: holiday.date.slice(0, 10), name: holiday.name }));
}

/** Kept public holidays of a place between two dates (`YYYY-MM-DD`), both included. */
export async function listHolidays(db: Db | Tx, place: string, from: string, to: string): Promise<Holiday[]> {
  const { rows } = await sql<Holiday>`
    select day::text as date, name from public_holiday
    where place = ${place} and day between ${from}::date and ${to}::date order by day, name`.execute(db);
  return rows;
}

/** All kept public holidays of places, as days on the wall clock. */
export async function holidayDays(db: Db | Tx, places: readonly string[]): Promise<Map<string, CivilDay[]>> {
  const days = new Map<string, CivilDay[]>(places.map((place) => [place, []]));
  if (places.length === 0) return days;
  const { rows } = await sql<{ place: string; date: string }>`
    select distinct place, day::text as date from public_holiday where place = any(${[...places]}::text[]) order by place, date`.execute(
    db,
  );
  for (const { place, date } of rows) days.get(place)?.push(parseDay(date));
  return days;
}
