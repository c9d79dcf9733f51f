export type PasswordJudgement = { strength: 0 | 1 | 2 | 3 | 4; word: string; problem: string | null };

const SHORTEST = 12;
const LONGEST = 256;
const WORDS = ['too short', 'weak', 'fair', 'good', 'strong'] as const;

/** Judges a new password as the server will (access.md 7.2), but for the list of common ones, which only the server has. */
export function judgePassword(password: string, email: string): PasswordJudgement {
  const local = email.split('@')[0]?.toLowerCase() ?? '';
  const lower = password.toLowerCase();
  const problem =
    password.length < SHORTEST
      ? `At least ${SHORTEST} characters.`
      : password.length > LONGEST
        ? `At most ${LONGEST} characters.`
        : local.length > 2 && lower.includes(local)
          ? 'It must not contain your e-mail name.'
          : lower.includes('tocsin')
            ? 'It must not contain the name of this product.'
            : null;
  if (password.length < SHORTEST) return { strength: 0, word: WORDS[0], problem };
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((kind) => kind.test(password)).length;
  const variety = new Set(password).size;
  const points = password.length / 6 + kinds / 2 + variety / 8;
  const strength = problem !== null || variety < 5 ? 1 : points < 4.5 ? 2 : points < 6 ? 3 : 4;
  return { strength, word: WORDS[strength], problem };
}
