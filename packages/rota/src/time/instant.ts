import { RotaError } from '../errors.ts';
import type { CivilTime } from './civil.ts';
import { formatCivil } from './civil.ts';

/** A point in time, in milliseconds since 1970-01-01T00:00:00Z. `new Date(instant)` is the same point. */
export type Instant = number & { readonly brand: 'Instant' };

/** The furthest instants a JavaScript date can hold, less room for durations and offsets. */
const FURTHEST_MS = 8_640_000_000_000_000 - 400 * 366 * 86_400_000;

/** Takes milliseconds or a Date. Throws RotaError BAD_INSTANT when it is no point in time. */
export function instantOf(value: Date | number): Instant {
  const ms = typeof value === 'number' ? value : value.getTime();
  if (!Number.isFinite(ms) || Math.abs(ms) > FURTHEST_MS) {
    throw new RotaError('BAD_INSTANT', `Instant: expected milliseconds within the range of a date, got ${ms}`);
  }
  return ms as Instant;
}

const INSTANT_TEXT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;

/** Reads an ISO date-time with `Z` or an offset. Throws RotaError BAD_INSTANT. */
export function parseInstant(text: string): Instant {
  const ms = INSTANT_TEXT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new RotaError('BAD_INSTANT', `Instant: expected yyyy-mm-ddThh:mm:ssZ, got ${JSON.stringify(text)}`);
  }
  return instantOf(ms);
}

/** `2026-05-04T09:00:00Z`; a fraction of a second is dropped. */
export const formatInstant = (instant: Instant): string => `${formatCivil(instant as number as CivilTime)}Z`;

export const addMs = (instant: Instant, ms: number): Instant => (instant + ms) as Instant;
export const earlierOf = (a: Instant, b: Instant): Instant => Math.min(a, b) as Instant;
export const laterOf = (a: Instant, b: Instant): Instant => Math.max(a, b) as Instant;
