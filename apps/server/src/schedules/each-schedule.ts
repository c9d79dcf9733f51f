import { setImmediate } from 'node:timers/promises';
import type { Schedule } from '@tocsin/rota';
import type { OnBroken } from './load-schedules.ts';

/**
 * Works something out of each of these schedules, in their order; between two of them others get their turn.
 * @param onBroken a schedule that fails is told here and left out, so that the others stand
 */
export async function eachSchedule<T>(
  schedules: ReadonlyMap<string, Schedule>,
  ids: readonly string[],
  onBroken: OnBroken,
  work: (schedule: Schedule, id: string) => T,
): Promise<Map<string, T>> {
  const results = new Map<string, T>();
  for (const id of ids) {
    const schedule = schedules.get(id);
    if (schedule === undefined) continue;
    try {
      results.set(id, work(schedule, id));
    } catch (err) {
      onBroken(id, err);
    }
    await setImmediate();
  }
  return results;
}
