import { Type } from 'typebox';
import { custom, type Field, Invalid } from './fields.ts';

/** What the API says of a text that is no instant. */
export const INSTANT_FORMAT =
  'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm:ssZ, YYYY-MM-DDThh:mm:ss.uuuuuuZ, YYYY-MM-DDThh:mm:ss[+HHMM|-HHMM], YYYY-MM-DDThh:mm:ss.uuuuuu[+HHMM|-HHMM].';

/** An instant with its zone; null when the text is none. */
export function readInstant(raw: unknown): Date | null {
  if (typeof raw !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)$/.test(raw)) return null;
  const at = new Date(raw.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(at.getTime()) ? null : at;
}

export const instantField: Field<Date> = custom(Type.String({ format: 'date-time' }), (raw) => {
  if (raw === null) throw new Invalid(['This field may not be null.']);
  const at = readInstant(raw);
  if (at === null) throw new Invalid([INSTANT_FORMAT]);
  return at;
});
