import { dictionary } from '@zxcvbn-ts/language-common';

export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 256;

const PRODUCT = 'tocsin';
/** Shorter ones are refused for their length. The list is that of zxcvbn-ts: the most common passwords of known breaches. */
const COMMON = new Set(dictionary['passwords-common'].filter((word) => word.length >= SHORTEST_PASSWORD));
const WORDS = new Set(dictionary['passwords-common'].slice(0, 10_000));
/** What people append to a common word. */
const DECORATION = /[\d\W_]{1,6}$/;
/** A part of the address that short would forbid half of all passwords. */
const SHORTEST_LOCAL_PART = 3;

/** Whether a password is common, is a common word with digits and signs behind it (`password12345`), or hardly has characters. */
const isCommon = (lower: string): boolean =>
  COMMON.has(lower) || WORDS.has(lower.replace(DECORATION, '')) || new Set(lower).size <= 2 || isRepeated(lower);

/** Whether a text is a shorter common one again and again: `passwordpassword`. */
function isRepeated(text: string): boolean {
  const period = (text + text).indexOf(text, 1);
  return period < text.length && period < SHORTEST_PASSWORD;
}

/**
 * What is wrong with a password, in a sentence for people; null when it will do (access.md 7.2). There are no rules of composition.
 * @param email the owner's, whose local part must not stand in the password
 */
export function passwordProblem(password: string, email: string): string | null {
  const length = [...password].length;
  if (length < SHORTEST_PASSWORD) return `Ensure this field has at least ${SHORTEST_PASSWORD} characters.`;
  if (length > LONGEST_PASSWORD) return `Ensure this field has no more than ${LONGEST_PASSWORD} characters.`;
  const lower = password.toLowerCase();
  if (isCommon(lower)) return 'This password is too common.';
  const local = (email.split('@')[0] ?? '').toLowerCase();
  if (local.length >= SHORTEST_LOCAL_PART && lower.includes(local)) return 'The password must not contain your e-mail address.';
  if (lower.includes(PRODUCT)) return `The password must not contain the word ${PRODUCT}.`;
  return null;
}
