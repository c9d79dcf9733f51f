import { RotaError } from '../errors.ts';
import type { ScheduleEvent } from '../events/event.ts';
import { cutToWindow } from '../schedule/final.ts';
import { DAY_MS, SECOND_MS } from '../time/civil.ts';
import type { Instant } from '../time/instant.ts';
import { addMs } from '../time/instant.ts';
import type { Window } from '../time/interval.ts';
import { totalMs, unionOf } from '../time/interval.ts';

export type QualityComment = { readonly type: 'info' | 'warning'; readonly text: string };

/** `overloadPercent`: how much more than the average the user is on call. */
export type OverloadedUser = { readonly userId: string; readonly overloadPercent: number };

export type QualityReport = {
  /** 0 to 100. */
  readonly totalScore: number;
  readonly comments: readonly QualityComment[];
  /** Most overloaded first; users with equal figures in the order they were met. */
  readonly overloadedUsers: readonly OverloadedUser[];
};

/**
 * `summed` measures as the reference does: whole events, double cover counted twice. `union` cuts events to the window
 * and counts each moment once, so that double cover hides no gap.
 */
export type CoverageMethod = 'summed' | 'union';

export const DEFAULT_QUALITY_DAYS = 364;

/** The window of a report over `days` days: it ends a second before the last midnight. Throws RotaError BAD_DAYS. */
export function qualityWindow(from: Instant, days: number): Window {
  if (!Number.isInteger(days) || days < 1) throw new RotaError('BAD_DAYS', `Days: expected a whole number from 1, got ${days}`);
  return { from, to: addMs(from, days * DAY_MS - SECOND_MS) };
}

/** How well final events of `qualityWindow(from, days)` cover the time and share the load. */
export function qualityReport(
  events: readonly ScheduleEvent[],
  from: Instant,
  days: number,
  method: CoverageMethod = 'summed',
): QualityReport {
  const window = qualityWindow(from, days);
  const good = events.filter((event) => event.users.length > 0);
  if (good.length === 0) {
    return { totalScore: 0, comments: [{ type: 'warning', text: 'Schedule is empty' }], overloadedUsers: [] };
  }
  const counted = method === 'summed' ? good : cutToWindow(good, { from, to: addMs(window.to, SECOND_MS) });
  const coveredMs = method === 'summed' ? totalMs(counted) : totalMs(unionOf(counted));
  const coverage = roundHalfEven(100 * Math.min(coveredMs / (days * DAY_MS), 1));
  const durations = durationPerUser(counted);
  const measured = roundHalfEven(100 * balanceOf([...durations.values()]));
  const isBalanced = measured >= 95;
  const balance = isBalanced ? 100 : measured;
  return {
    totalScore: roundHalfEven((coverage + balance) / 2),
    comments: [coverageComment(coverage), balanceComment(balance)],
    overloadedUsers: isBalanced ? [] : overloaded(durations),
  };
}

const coverageComment = (coverage: number): QualityComment =>
  coverage === 100
    ? { type: 'info', text: 'Schedule has no gaps' }
    : { type: 'warning', text: `Schedule has gaps (${100 - coverage}% not covered)` };

const balanceComment = (balance: number): QualityComment =>
  balance === 100
    ? { type: 'info', text: 'Schedule is perfectly balanced' }
    : { type: 'warning', text: 'Schedule has balance issues (see overloaded users)' };

function durationPerUser(events: readonly ScheduleEvent[]): Map<string, number> {
  const durations = new Map<string, number>();
  for (const event of events) {
    for (const { id } of event.users) durations.set(id, (durations.get(id) ?? 0) + event.end - event.start);
  }
  return durations;
}

/** Mean over all pairs of the smaller through the larger load; 1 with fewer than two users. */
function balanceOf(durations: readonly number[]): number {
  let sum = 0;
  let pairs = 0;
  for (const [index, a] of durations.entries()) {
    for (const b of durations.slice(index + 1)) {
      sum += Math.min(a, b) / Math.max(a, b);
      pairs++;
    }
  }
  return pairs === 0 ? 1 : sum / pairs;
}

function overloaded(durations: ReadonlyMap<string, number>): OverloadedUser[] {
  const average = [...durations.values()].reduce((sum, ms) => sum + ms, 0) / durations.size;
  return [...durations]
    .map(([userId, ms]) => ({ userId, overloadPercent: roundHalfEven((100 * ms) / average) - 100 }))
    .filter(({ overloadPercent }) => overloadPercent > 0)
    .sort((a, b) => b.overloadPercent - a.overloadPercent);
}

/** 66.5 is 66, 67.5 is 68. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
