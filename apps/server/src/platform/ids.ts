import { randomBytes } from 'node:crypto';

/** Upper-case letters without O and digits without 0 (http-api-alerting.md 1.5), in the order PostgreSQL sorts them. */
const ALPHABET = '123456789ABCDEFGHIJKLMNPQRSTUVWXYZ';
const BASE = ALPHABET.length;
/** Bytes from here on would make the first characters likelier than the last ones. */
const UNBIASED = 256 - (256 % BASE);
const EPOCH_MS = Date.UTC(2020, 0, 1);

function randomCharacters(count: number): string {
  let text = '';
  while (text.length < count) {
    for (const byte of randomBytes(count * 2)) {
      if (byte < UNBIASED && text.length < count) text += ALPHABET[byte % BASE];
    }
  }
  return text;
}

/** A public id for configuration: the prefix and twelve random characters. */
export const newId = (prefix: string): string => prefix + randomCharacters(12);

/** Six characters, in whose order the numbers up to 34^6 sort; larger ones begin again. */
function sixCharacters(number: number): string {
  let rest = number;
  let text = '';
  for (let place = 0; place < 6; place += 1) {
    text = ALPHABET.charAt(rest % BASE) + text;
    rest = Math.floor(rest / BASE);
  }
  return text;
}

const secondsPart = (now: Date): string => sixCharacters(Math.max(0, Math.floor((now.getTime() - EPOCH_MS) / 1_000)));

/**
 * A public id for what comes in masses: after the prefix, six characters count the seconds since 2020 (until 2068), six are random.
 * Later ids sort after earlier ones under the C collation, so that indexes grow at their end.
 */
export const newTimeId = (prefix: string, now: Date): string => prefix + secondsPart(now) + randomCharacters(6);

/**
 * As `newTimeId`, with a number that only grows in place of chance: ids of one second sort in its order too.
 * @param sequence a whole number that no other row of the table has
 */
export const sequenceTimeId = (prefix: string, now: Date, sequence: number): string =>
  prefix + secondsPart(now) + sixCharacters(sequence);
