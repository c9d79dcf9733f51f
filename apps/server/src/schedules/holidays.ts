import { type CivilDay, parseDay } from '@tocsin/rota';
import Holidays from 'date-holidays';

export interface Holiday {
  readonly day: CivilDay;
  /** `2026-12-25` */
  readonly date: string;
  readonly name: string;
}

/** Country or country and subdivision: `DE`, `DE-BY`. */
const PLACE = /^([A-Z]{2})(?:-([A-Z0-9]{1,3}))?$/;

/** Whether public holidays of a place are known. */
export function isHolidayPlace(place: string): boolean {
  const match = PLACE.exec(place);
  if (match === null) return false;
  const known = new Holidays();
  const [, country = '', state] = match;
  if (known.getCountries()[country] === undefined) return false;
  return state === undefined || known.getStates(country)?.[state] !== undefined;
}

/** Public holidays of a place within whole years of a range, by date; none for a place that is not known. */
export function holidaysOf(place: string, from: Date, to: Date): Holiday[] {
  const match = PLACE.exec(place);
  if (match === null || !isHolidayPlace(place)) return [];
  const [, country = '', state] = match;
  const calendar = state === undefined ? new Holidays(country) : new Holidays(country, state);
  const found: Holiday[] = [];
  for (let year = from.getUTCFullYear(); year <= to.getUTCFullYear(); year += 1) {
    for (const holiday of calendar.getHolidays(year)) {
      if (holiday.type !== 'public') continue;
      const date = holiday.date.slice(0, 10);
      found.push({ day: parseDay(date), date, name: holiday.name });
    }
  }
  return found;
}

export const holidayDays = (place: string, from: Date, to: Date): CivilDay[] =>
  holidaysOf(place, from, to).map((holiday) => holiday.day);
