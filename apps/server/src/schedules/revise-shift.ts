import {
  findZone,
  formatCivil,
  type Instant,
  instantOf,
  parseCivil,
  parseInstant,
  type RollingUsers,
  reviseRotation,
  UTC,
  type Zone,
} from '@tocsin/rota';
import type { Tx } from '../platform/db/database.ts';
import { scheduleChanged, schedulesById } from './schedule-store.ts';
import type { OnCallShift } from './shift.ts';
import { addVersion, saveShift, schedulesOfShift, versionsOfShift } from './shift-store.ts';
import { toRotaShift } from './to-rota.ts';

const SECOND_MS = 1_000;

export type ReviseResult = { ok: true; shift: OnCallShift } | { ok: false; reason: 'happens_once' };

/**
 * Changes a rotation from an instant on, at the earliest from now: what was stays, and who is on call then goes on as long as the rotation
 * still names them (http-api-oncall.md A13, schedules.md 12.3). A rotation that has not begun is changed as a whole.
 * @param changed the stored rotation with what is to become of it
 */
export async function reviseShift(
  tx: Tx,
  org: string,
  stored: OnCallShift,
  changed: OnCallShift,
  effective: Date,
  now: Date,
): Promise<ReviseResult> {
  if (happensOnce(stored) || happensOnce(changed)) return { ok: false, reason: 'happens_once' };
  const schedules = await schedulesById(tx, org, await schedulesOfShift(tx, org, stored.id));
  // Rotations made in the UI fall back to UTC, those of a calendar to the zone of its schedule.
  const otherwise = stored.source === 'web' ? 'UTC' : (schedules[0]?.timeZone ?? 'UTC');
  const zoneOf = (shift: OnCallShift): Zone => findZone(shift.timeZone ?? otherwise) ?? UTC;
  const at = wholeSecond(instantOf(effective > now ? effective : now));
  const hasBegun = zoneOf(stored).toInstant(parseCivil(stored.rotationStart), 'second-or-change') <= at;
  const former = hasBegun ? stored : ((await versionsOfShift(tx, org, stored.id))[0] ?? null);
  const shift = former === null ? changed : nextVersion(former, stored, changed, at, zoneOf);
  if (former !== null) {
    const until = earlier(
      former.until,
      endOf(former, zoneOf(shift).toInstant(parseCivil(shift.rotationStart), 'second-or-change')),
    );
    if (hasBegun) await addVersion(tx, org, { ...stored, until }, now);
    else await saveShift(tx, org, { ...former, until }, now);
  }
  await saveShift(tx, org, shift, now);
  for (const { id } of schedules) await scheduleChanged(tx, id);
  return { ok: true, shift };
}

const happensOnce = ({ type }: OnCallShift): boolean => type === 'single_event' || type === 'override';

const wholeSecond = (at: Instant): Instant => (Math.floor(at / SECOND_MS) * SECOND_MS) as Instant;

/** A rotation as it is to be, from an instant on. */
function nextVersion(
  former: OnCallShift,
  stored: OnCallShift,
  changed: OnCallShift,
  at: Instant,
  zoneOf: (shift: OnCallShift) => Zone,
): OnCallShift {
  const since = formatCivil(zoneOf(changed).toCivil(at));
  // A start that was planned for an earlier change counts no more.
  const isWanted = changed.rotationStart !== stored.rotationStart && changed.rotationStart > since;
  const rotationStart = isWanted ? changed.rotationStart : since;
  if (former.type !== 'rolling_users' || changed.type !== 'rolling_users') return { ...changed, rotationStart };
  const keepsStart = changed.start === stored.start;
  const turns = former.rollingUsers ?? [];
  const { start, startIndex } = reviseRotation(toRotaShift(former) as RollingUsers, zoneOf(former), at, {
    start: parseCivil(keepsStart ? former.start : changed.start),
    rotationStart: parseCivil(rotationStart),
    groupCount: Math.max(1, turns.length),
  });
  return {
    ...changed,
    start: formatCivil(start),
    rotationStart,
    startRotationFromUserIndex: placeOf(turns[startIndex] ?? [], startIndex, changed.rollingUsers ?? []),
  };
}

/** Where people whose turn it is stand in an edited list; where they no longer do, whoever has their place is next, or the first. */
function placeOf(people: readonly string[], place: number, turns: readonly (readonly string[])[]): number {
  const same = (turn: readonly string[]) => turn.length === people.length && people.every((id) => turn.includes(id));
  const found = turns.findIndex(same);
  if (found >= 0) return found;
  return place < turns.length ? place : 0;
}

/** The last instant at which a turn of a former version may begin. Rotations made in the UI are cut there, others go on to the end of the turn. */
const endOf = (former: OnCallShift, next: Instant): string =>
  formatCivil(UTC.toCivil((former.source === 'web' ? next : next - SECOND_MS) as Instant));

const earlier = (a: string | null, b: string): string => (a !== null && parseInstant(`${a}Z`) < parseInstant(`${b}Z`) ? a : b);
