import { localOf } from '../../lib/wall-clock.ts';
import type { Shift } from './queries.ts';

/** What the form of a rotation holds. */
export type RotationForm = {
  name: string;
  /** Groups of people, in the order of their turns; those of one group are on call together. */
  groups: string[][];
  start: string;
  /** How long one turn is until the next one begins. */
  every: string;
  frequency: 'hourly' | 'daily' | 'weekly' | 'monthly';
  /** Hours on call of each turn's period; empty: all of it. */
  hours: string;
  days: string[];
  until: string;
  level: string;
};

export const WEEKDAYS = [
  ['MO', 'Mon'],
  ['TU', 'Tue'],
  ['WE', 'Wed'],
  ['TH', 'Thu'],
  ['FR', 'Fri'],
  ['SA', 'Sat'],
  ['SU', 'Sun'],
] as const;

const UNIT_HOURS: Readonly<Record<RotationForm['frequency'], number>> = { hourly: 1, daily: 24, weekly: 168, monthly: 24 * 28 };

/** Seconds of one turn: the hours of choice, or the whole period; with days chosen, one day. */
export function durationOf({ hours, every, frequency, days }: RotationForm): number {
  if (hours !== '') return Math.round(Number(hours) * 3_600);
  if (days.length > 0 && frequency === 'weekly') return 24 * 3_600;
  return UNIT_HOURS[frequency] * (Number(every) || 1) * 3_600;
}

export const emptyForm = (start: string, level: number): RotationForm => ({
  name: '',
  groups: [],
  start,
  every: '1',
  frequency: 'weekly',
  hours: '',
  days: [],
  until: '',
  level: String(level),
});

export function formOf(shift: Shift): RotationForm {
  const groups = shift.rolling_users ?? (shift.users ?? []).map((id) => [id]);
  const form: RotationForm = {
    name: shift.name ?? '',
    groups,
    start: shift.start.slice(0, 16),
    every: String(shift.interval ?? 1),
    frequency: shift.frequency ?? 'weekly',
    hours: '',
    days: shift.by_day ?? [],
    until: shift.until == null ? '' : localOf(new Date(`${shift.until}Z`), 'UTC'),
    level: String(shift.level ?? 1),
  };
  return durationOf(form) === shift.duration ? form : { ...form, hours: String(shift.duration / 3_600) };
}

/** What must be put right before it can be saved; null when nothing. */
export function problemOf(form: RotationForm): string | null {
  if (form.groups.length === 0) return 'Choose at least one person.';
  if (!/^\d{1,4}$/.test(form.every) || Number(form.every) < 1) return 'The length of a turn must be a whole number, 1 or more.';
  if (form.start === '') return 'Choose when it begins.';
  if (form.hours !== '' && !(Number(form.hours) > 0)) return 'The hours on call must be more than 0.';
  return null;
}

/** The later of two wall-clock times such as `2026-03-02T09:00:00`. */
const later = (a: string, b: string): string => (a > b ? a : b);

/**
 * The body for `on_call_shifts`. Times are wall-clock times of the schedule's zone. Turns are counted from the start, whether they are
 * held or not; nothing happens before `holdsFrom`.
 */
export function bodyOf(form: RotationForm, scheduleId: string, zone: string, holdsFrom = ''): Record<string, unknown> {
  const start = `${form.start}:00`;
  const isDaysOnly = form.days.length > 0;
  return {
    type: 'rolling_users',
    source: 0,
    schedule: scheduleId,
    name: form.name.trim() === '' ? 'Rotation' : form.name.trim(),
    time_zone: zone,
    level: Number(form.level),
    start,
    rotation_start: later(start, holdsFrom),
    duration: durationOf(form),
    frequency: form.frequency,
    interval: Number(form.every),
    ...(form.frequency === 'weekly' ? { week_start: 'MO' } : {}),
    by_day: isDaysOnly && form.frequency === 'weekly' ? form.days : null,
    until: form.until === '' ? null : `${form.until}:00`,
    rolling_users: form.groups,
    start_rotation_from_user_index: 0,
  };
}
