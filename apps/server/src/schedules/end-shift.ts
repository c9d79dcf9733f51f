import { endShift as endingOf, findZone, formatCivil, instantOf, UTC } from '@tocsin/rota';
import type { Tx } from '../platform/db/database.ts';
import { scheduleChanged } from './schedule-store.ts';
import type { OnCallShift } from './shift.ts';
import { partVersions, removeShift, saveShift, schedulesOfShift } from './shift-store.ts';
import { toRotaShift } from './to-rota.ts';

/**
 * Deletes a shift. A rotation or override that a schedule owns and that has begun is ended instead, so that its past stays
 * (http-api-oncall.md 7.7).
 */
export async function endShift(tx: Tx, org: string, shift: OnCallShift, now: Date): Promise<void> {
  const schedules = await schedulesOfShift(tx, org, shift.id);
  const zone = (shift.timeZone === null ? null : findZone(shift.timeZone)) ?? UTC; // shifts made in the UI fall back to UTC
  const ending =
    shift.ownedByScheduleId === null ? { is: 'removed' as const } : endingOf(toRotaShift(shift), zone, instantOf(now));
  if (ending.is === 'removed') {
    await partVersions(tx, org, shift.id, shift.ownedByScheduleId === null ? 'removed' : 'shifts');
    await removeShift(tx, org, shift.id);
  }
  if (ending.is === 'ended') {
    const { until, durationSeconds } = ending.shift;
    await saveShift(tx, org, { ...shift, until: until === null ? null : formatCivil(UTC.toCivil(until)), durationSeconds }, now);
  }
  for (const schedule of schedules) await scheduleChanged(tx, schedule);
}
