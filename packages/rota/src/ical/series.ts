import { iterateRule } from '../recurrence/iterate.ts';
import { StepBudget } from '../recurrence/rule.ts';
import type { CivilDay, CivilTime } from '../time/civil.ts';
import { civilAt, dayOfCivil } from '../time/civil.ts';
import type { Instant } from '../time/instant.ts';
import type { FutureChange, ImportedEvent, Series } from './imported.ts';
import type { ReadEvent } from './read-event.ts';

type Replacement = ReadEvent & { readonly replaces: NonNullable<ReadEvent['replaces']> };
const isReplacement = (read: ReadEvent): read is Replacement => read.replaces !== null;

/**
 * Joins the VEVENTs of a feed into series: events of one UID with a RECURRENCE-ID replace occurrences of the one
 * without. A replacement stands for itself then, wherever it was moved; a cancelled one only removes.
 */
export function buildSeries(events: readonly ReadEvent[]): Series[] {
  const series: Series[] = [];
  for (const [uid, sameUid] of groupByUid(events)) {
    const masters = uid === '' ? sameUid : newestPerDay(sameUid.filter((read) => !isReplacement(read)));
    const replacements = uid === '' ? [] : newestPerOccurrence(sameUid.filter(isReplacement));
    for (const master of masters) series.push(seriesOf(master, replacements));
    const future = replacements.filter((read) => read.replaces.andFuture && masters.length > 0);
    for (const replacement of replacements) if (!future.includes(replacement)) series.push(seriesOf(single(replacement), []));
  }
  return series.filter(({ event }) => !event.cancelled);
}

function groupByUid(events: readonly ReadEvent[]): Map<string, ReadEvent[]> {
  const groups = new Map<string, ReadEvent[]>();
  for (const read of events) {
    const group = groups.get(read.event.uid);
    if (group === undefined) groups.set(read.event.uid, [read]);
    else group.push(read);
  }
  return groups;
}

/** A second event of the same UID that begins on the same day is an older revision when its SEQUENCE is lower. */
function newestPerDay(masters: readonly ReadEvent[]): ReadEvent[] {
  return masters.filter(
    ({ event }) =>
      !masters.some(({ event: other }) => dayOfCivil(other.start) === dayOfCivil(event.start) && other.sequence > event.sequence),
  );
}

/** For one date the replacement with the highest SEQUENCE counts, of equal ones the last. */
function newestPerOccurrence(replacements: readonly Replacement[]): Replacement[] {
  const newest = new Map<string, Replacement>();
  for (const read of replacements) {
    const key = `${read.replaces.instant ?? read.replaces.day}`;
    const known = newest.get(key);
    if (known === undefined || known.event.sequence <= read.event.sequence) newest.set(key, read);
  }
  return [...newest.values()];
}

const single = (read: ReadEvent): ReadEvent => ({ ...read, rules: [], extraDates: [], excludedInstants: [], excludedDays: [] });

function seriesOf(master: ReadEvent, replacements: readonly Replacement[]): Series {
  const { event } = master;
  const instants = new Set<Instant>(master.excludedInstants);
  const days = new Set<CivilDay>(master.excludedDays);
  const futureChanges: FutureChange[] = [];
  for (const { event: replacing, replaces } of replacements) {
    const at = startInSeries(event, replaces);
    if (replaces.andFuture) {
      const from = event.zone.toInstant(at, 'second-or-change');
      futureChanges.push({ from, event: replacing, shiftMs: startIn(event, replacing) - at });
    } else if (replaces.instant !== null && !event.allDay && occursAt(master, at)) instants.add(replaces.instant);
    else days.add(dayOfCivil(at));
  }
  futureChanges.sort((a, b) => a.from - b.from);
  return { event, rules: master.rules, extraDates: master.extraDates, excluded: { instants, days }, futureChanges };
}

/** The replaced start on the wall clock of the series. */
function startInSeries(event: ImportedEvent, replaces: Replacement['replaces']): CivilTime {
  if (replaces.instant === null || event.allDay) return civilAt(replaces.day, 0);
  return event.zone.toCivil(replaces.instant);
}

const startIn = (event: ImportedEvent, other: ImportedEvent): CivilTime =>
  event.zone === other.zone ? other.start : event.zone.toCivil(other.zone.toInstant(other.start, 'second-or-change'));

/** Whether the series has an occurrence at just this time; if not, a RECURRENCE-ID means the one on the same date. */
function occursAt(master: ReadEvent, at: CivilTime): boolean {
  if (master.event.start === at || master.extraDates.some((extra) => extra.start === at)) return true;
  return master.rules.some(({ rule }) => {
    for (const _ of iterateRule(rule, master.event.start, { from: at, to: at }, new StepBudget())) return true;
    return false;
  });
}
