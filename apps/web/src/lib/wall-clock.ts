import { Temporal } from 'temporal-polyfill';

/** `2026-03-02T09:00` in a zone as an instant; null when it is no time. */
export function instantOf(local: string, zone: string): Date | null {
  try {
    return new Date(Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds);
  } catch (error) {
    if (error instanceof RangeError) return null; // half typed
    throw error;
  }
}

/** An instant as `2026-03-02T09:00` in a zone, for inputs. */
export const localOf = (at: Date, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime())
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' });
