import type { CivilTime } from '../time/civil.ts';
import { DAY_MS, SECOND_MS } from '../time/civil.ts';
import type { Instant } from '../time/instant.ts';
import type { Zone } from '../time/zone.ts';
import { MAX_OCCURRENCES, startsOf } from './occurrences.ts';
import { passesRotationStart } from './rotation-start.ts';
import type { RollingUsers, Shift } from './shift.ts';
import type { TurnStart } from './turns.ts';

/** What the editor asks for; `groupCount` is the number of groups after the edit. */
export type RevisionRequest = { readonly start: CivilTime; readonly rotationStart: CivilTime; readonly groupCount: number };

/** The next version of a running rotation, and when the old one ends. */
export type Revision = {
  readonly start: CivilTime;
  readonly rotationStart: CivilTime;
  readonly startIndex: number;
  readonly oldUntil: Instant;
};

/**
 * Splits a rotation at the moment of an edit: the past stays with the old version, and the group whose turn it is goes
 * first in the new one as long as the edited list still has its place.
 * @param zone the zone of the rotation's wall clock
 */
export function reviseRotation(shift: RollingUsers, zone: Zone, now: Instant, request: RevisionRequest): Revision {
  const nowCivil = Math.floor(zone.toCivil(now) / SECOND_MS) * SECOND_MS;
  const rotationStart = Math.max(request.rotationStart, nowCivil) as CivilTime;
  const running = lastStart(shift, nowCivil as CivilTime);
  const count = Math.max(1, shift.groups.length);
  const oldIndex = (shift.startIndex ?? 0) < count ? (shift.startIndex ?? 0) : 0;
  const index = ((running?.turn ?? 0) + oldIndex) % count;
  return {
    start: request.start === shift.start ? firstOfTurn(shift, running) : request.start,
    rotationStart,
    startIndex: index < request.groupCount ? index : 0,
    oldUntil: zone.toInstant(rotationStart, 'second-or-change'),
  };
}

/** More than the starts of one turn are ever apart. */
const TURN_DAYS = 400;

/** Where the turn began that a start belongs to, so that a turn of several days or weeks is not counted anew from its middle. */
function firstOfTurn(shift: RollingUsers, running: TurnStart | null): CivilTime {
  if (running === null) return shift.start;
  const range = { from: (running.at - TURN_DAYS * DAY_MS) as CivilTime, to: running.at };
  return startsOf(shift, range, MAX_OCCURRENCES).starts.find(({ turn }) => turn === running.turn)?.at ?? running.at;
}

/** The last start at or before a wall-clock time; null when there is none. */
function lastStart(shift: RollingUsers, at: CivilTime): TurnStart | null {
  // Most rotations turn within days or weeks; only sparse ones need the long look back.
  for (const days of [2, 40, 400, 4000]) {
    const found = lastWithin(shift, (at - days * DAY_MS) as CivilTime, at);
    if (found !== null) return found;
  }
  return lastWithin(shift, shift.start, at);
}

function lastWithin(shift: RollingUsers, from: CivilTime, to: CivilTime): TurnStart | null {
  const { starts } = startsOf(shift, { from, to }, MAX_OCCURRENCES);
  return starts.findLast((start) => start.at <= to && passesRotationStart(shift, start.at)) ?? null;
}

/** What deleting a shift made in the UI comes to at `now`: nothing of it has happened yet, or its past stays. */
export type Ending = { readonly is: 'removed' } | { readonly is: 'unchanged' } | { readonly is: 'ended'; readonly shift: Shift };

export function endShift(shift: Shift, zone: Zone, now: Instant): Ending {
  const begins = zone.toInstant(shift.rotationStart ?? shift.start, 'second-or-change');
  if (begins > now) return { is: 'removed' };
  if (shift.until !== null && shift.until <= now) return { is: 'unchanged' };
  const until = (Math.floor(now / SECOND_MS) * SECOND_MS) as Instant;
  if (shift.type !== 'override') return { is: 'ended', shift: { ...shift, until } };
  const elapsedSeconds = Math.floor((zone.toCivil(now) - shift.start) / SECOND_MS);
  if (elapsedSeconds >= shift.durationSeconds) return { is: 'unchanged' };
  return { is: 'ended', shift: { ...shift, until, durationSeconds: elapsedSeconds } };
}
