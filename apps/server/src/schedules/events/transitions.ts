import type { ScheduleEvent } from '@tocsin/rota';

export type TransitionType = 'shift_started' | 'hand_over' | 'gap_started' | 'empty_shift_started';

/** A moment at which who is on call changed. */
export interface Transition {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly type: TransitionType;
  /** On call from then on. */
  readonly userIds: readonly string[];
  /** On call until then. */
  readonly formerUserIds: readonly string[];
}

/**
 * What changed after `from`, up to and including `to`. Pure.
 * @param events final events that touch the range, not cut to it
 * @param emptyShifts shifts of the range that have nobody who may be notified
 */
export function transitionsBetween(
  events: readonly ScheduleEvent[],
  emptyShifts: readonly ScheduleEvent[],
  from: number,
  to: number,
): Transition[] {
  const moments = new Set<number>();
  for (const { start, end } of [...events, ...emptyShifts])
    for (const at of [start, end]) if (at > from && at <= to) moments.add(at);
  const onCall = (covers: (event: ScheduleEvent) => boolean): string[] => [
    ...new Set(events.filter(covers).flatMap((event) => event.users.map((user) => user.id))),
  ];
  const found: Transition[] = [];
  for (const at of [...moments].sort((a, b) => a - b)) {
    const formerUserIds = onCall((event) => event.start < at && at <= event.end);
    const userIds = onCall((event) => event.start <= at && at < event.end);
    const isEmptyShift = emptyShifts.some((event) => event.start === at);
    const type = typeOf(formerUserIds, userIds, isEmptyShift);
    if (type !== null) found.push({ at, type, userIds, formerUserIds });
  }
  return found;
}

function typeOf(before: readonly string[], after: readonly string[], isEmptyShift: boolean): TransitionType | null {
  if (after.length === 0) {
    if (isEmptyShift) return 'empty_shift_started';
    return before.length === 0 ? null : 'gap_started';
  }
  if (before.length === 0) return 'shift_started';
  const same = before.length === after.length && before.every((id) => after.includes(id));
  return same ? null : 'hand_over';
}
