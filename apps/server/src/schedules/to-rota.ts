import {
  type CivilDay,
  instantOf,
  type Membership,
  parseCivil,
  parseDay,
  parseInstant,
  type Recurrence,
  type Shift,
  type Swap,
} from '@tocsin/rota';
import type { OnCallShift } from './shift.ts';
import type { ShiftSwap } from './swap-store.ts';

/**
 * A stored shift as the calendar engine computes with it.
 * @param holidays public holidays of its schedule
 */
export function toRotaShift(shift: OnCallShift, holidays: readonly CivilDay[] = []): Shift {
  const base = {
    id: shift.id,
    name: shift.name,
    level: shift.level,
    start: parseCivil(shift.start),
    durationSeconds: shift.durationSeconds,
    rotationStart: parseCivil(shift.rotationStart),
    timeZone: shift.timeZone,
    source: shift.source,
    until: shift.until === null ? null : parseInstant(`${shift.until}Z`),
    ...(shift.holidays === null ? {} : { holidays: { on: shift.holidays, dates: holidays } }),
    ...(shift.members.length === 0 ? {} : { members: shift.members.map(toMembership) }),
  };
  switch (shift.type) {
    case 'single_event':
      return { ...base, type: 'single_event', users: shift.userIds };
    case 'recurrent_event':
      return { ...base, type: 'recurrent_event', users: shift.userIds, recurrence: toRecurrence(shift) };
    case 'rolling_users':
      return {
        ...base,
        type: 'rolling_users',
        groups: shift.rollingUsers ?? [],
        startIndex: shift.startRotationFromUserIndex,
        recurrence: toRecurrence(shift),
      };
    case 'override':
      return {
        ...base,
        type: 'override',
        groups: shift.rollingUsers ?? [],
        startIndex: shift.startRotationFromUserIndex,
        users: shift.userIds,
      };
  }
}

function toRecurrence(shift: OnCallShift): Recurrence | null {
  if (shift.frequency === null) return null;
  return {
    frequency: shift.frequency,
    interval: shift.interval ?? 1,
    weekStart: shift.weekStart,
    byDay: shift.byDay,
    byMonth: shift.byMonth,
    byMonthday: shift.byMonthday,
  };
}

const dayOrNull = (text: string | null): CivilDay | null => (text === null ? null : parseDay(text));

const toMembership = (member: OnCallShift['members'][number]): Membership => ({
  userId: member.userId,
  joins: dayOrNull(member.joins),
  leaves: dayOrNull(member.leaves),
});

export const toRotaSwap = (swap: ShiftSwap): Swap => ({
  id: swap.id,
  start: instantOf(swap.swapStart),
  end: instantOf(swap.swapEnd),
  beneficiary: swap.beneficiaryId,
  benefactor: swap.benefactorId,
  deleted: false,
});
