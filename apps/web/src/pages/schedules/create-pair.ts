import { Temporal } from 'temporal-polyfill';
import { api, type Schedule } from '../../api/index.ts';
import { bodyOf, emptyForm, type RotationForm } from './rotation-form.ts';

/** Turns of a week each, from the latest Monday at nine, in the order of the people: the first of them is on call now. */
export function weeklyForm(name: string, people: readonly string[], zone: string): RotationForm {
  const day = Temporal.Now.zonedDateTimeISO(zone).subtract({ hours: 9 }).toPlainDate();
  const monday = day.subtract({ days: day.dayOfWeek - 1 });
  return { ...emptyForm(`${monday.toString()}T09:00`, 1), name, groups: people.map((id) => [id]) };
}

/** The second in line of each week is the first of the next one. */
export const secondInLine = (people: readonly string[]): string[] => [...people.slice(1), ...people.slice(0, 1)];

/**
 * Two schedules whose turns last a week: who is called first, and who is called when that does not help. What was made is deleted when
 * the rest cannot be.
 */
export async function createPair(
  body: Readonly<Record<string, unknown>> & { name: string },
  people: readonly string[],
  zone: string,
): Promise<Schedule> {
  const made: Schedule[] = [];
  try {
    for (const [word, order] of [
      ['primary', people],
      ['secondary', secondInLine(people)],
    ] as const) {
      const schedule: Schedule = await api.post('/schedules', { body: { ...body, name: `${body.name} ${word}` } });
      made.push(schedule);
      await api.post('/on_call_shifts', { body: bodyOf(weeklyForm('Weekly', order, zone), schedule.id, zone) });
    }
  } catch (error) {
    await Promise.allSettled(made.map(({ id }) => api.delete('/schedules/{id}', { path: { id } })));
    throw error;
  }
  const [primary] = made;
  if (primary === undefined) throw new Error('No schedule was created');
  return primary;
}
