import { Type } from 'typebox';
import { WEEKDAY_NAMES, type WorkingHours } from '../../../users/index.ts';
import { custom, Invalid, isObject } from '../conventions/fields.ts';

const Ranges = Type.Array(Type.Object({ start: Type.String(), end: Type.String() }));
const TIME = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;

/** `monday` to `sunday`, each a list of `{start, end}` as HH:MM:SS. All days are given; ranges run forward. */
export const workingHoursField = custom<WorkingHours>(
  Type.Object(Object.fromEntries(WEEKDAY_NAMES.map((day) => [day, Ranges]))),
  (raw) => {
    if (!isObject(raw)) throw new Invalid(['Expected the hours of each day.']);
    const entries = WEEKDAY_NAMES.map((day) => {
      const ranges = raw[day];
      if (!Array.isArray(ranges)) throw new Invalid([`Expected a list of hours for ${day}.`]);
      return [
        day,
        ranges.map((range: unknown) => {
          const { start, end } = isObject(range) ? range : {};
          if (typeof start !== 'string' || typeof end !== 'string' || !TIME.test(start) || !TIME.test(end) || start >= end) {
            throw new Invalid([`Expected hours of ${day} as {"start": "09:00:00", "end": "17:00:00"}, the start first.`]);
          }
          return { start, end };
        }),
      ] as const;
    });
    return Object.fromEntries(entries) as unknown as WorkingHours;
  },
);
