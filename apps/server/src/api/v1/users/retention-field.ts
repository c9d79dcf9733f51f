import { Type } from 'typebox';
import { RETENTION_RANGES, type RetentionSettings } from '../../../access/index.ts';
import type { ErrorBody } from '../conventions/api-error.ts';
import { custom, Invalid, integer, isObject, nullable, pythonType } from '../conventions/fields.ts';

type DaysKey = keyof typeof RETENTION_RANGES;
export const DAYS_KEYS = Object.keys(RETENTION_RANGES) as DaysKey[];

const daysField = (key: DaysKey) => {
  const { min, max, mayBeForever } = RETENTION_RANGES[key];
  const days = integer({ min, max });
  return mayBeForever ? nullable(days) : days;
};

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const Time = Type.String({ pattern: TIME.source, examples: ['22:00'] });
const QuietHours = Type.Object(
  { start: Time, end: Time },
  { description: 'Nothing is removed between these times of the organization’s time zone.' },
);

const readQuietHours = (raw: unknown): RetentionSettings['quiet_hours'] => {
  if (raw === null) return null;
  const { start, end } = isObject(raw) ? raw : {};
  if (typeof start !== 'string' || typeof end !== 'string' || !TIME.test(start) || !TIME.test(end))
    throw new Invalid(['Expected start and end as HH:MM.']);
  return { start, end };
};

/** Reads days of one kind of data. */
export const readDays = (key: DaysKey, raw: unknown): number | null => daysField(key).read(raw);

/** How long data is kept (operations.md 10). Keys that are left out keep their values. */
export const retentionField = custom<Partial<RetentionSettings>>(
  Type.Object(
    {
      ...Object.fromEntries(
        DAYS_KEYS.map((key) => [
          key,
          Type.Optional({
            ...daysField(key).schema,
            description: `${RETENTION_RANGES[key].of}. Default: ${RETENTION_RANGES[key].days}.${RETENTION_RANGES[key].mayBeForever ? ' null: for ever.' : ''}`,
          }),
        ]),
      ),
      quiet_hours: Type.Optional(Type.Union([QuietHours, Type.Null()])),
    },
    { description: 'Days that data is kept.' },
  ),
  (raw) => {
    if (!isObject(raw)) throw new Invalid([`Expected a dictionary of items but got type "${pythonType(raw)}".`]);
    const values: Record<string, unknown> = {};
    const errors: Record<string, ErrorBody> = {};
    for (const key of [...DAYS_KEYS, 'quiet_hours' as const]) {
      if (!Object.hasOwn(raw, key)) continue;
      try {
        values[key] = key === 'quiet_hours' ? readQuietHours(raw[key]) : daysField(key).read(raw[key]);
      } catch (error) {
        if (!(error instanceof Invalid)) throw error;
        errors[key] = error.body;
      }
    }
    if (Object.keys(errors).length > 0) throw new Invalid(errors);
    return values as Partial<RetentionSettings>;
  },
);
