import type { RotationForm } from './rotation-form.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/**
 * When turns are handed over and to whom, such as `Every Monday at 09:00 (Europe/Oslo): ada, then ben, then ada again.`; null for
 * what takes more than a sentence.
 */
export function handOffSentence(
  { start, frequency, every: count, groups, days }: RotationForm,
  zone: string,
  nameOf: (userId: string) => string,
): string | null {
  if (groups.length < 2 || days.length > 0) return null;
  const every = Number(count);
  const weekday = DAYS[new Date(`${start.slice(0, 10)}T00:00Z`).getUTCDay()] ?? '';
  const when =
    frequency === 'weekly'
      ? `${every === 1 ? 'Every' : `Every ${every} weeks on`} ${weekday}`
      : frequency === 'daily'
        ? `Every ${every === 1 ? 'day' : `${every} days`}`
        : null;
  if (when === null) return null;
  const names = groups.map((group) => group.map(nameOf).join(' with '));
  return `${when} at ${start.slice(11, 16)} (${zone}): ${[...names, `${names[0]} again`].join(', then ')}.`;
}
