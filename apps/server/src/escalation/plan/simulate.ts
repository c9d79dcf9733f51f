import type { Tx } from '../../platform/db/database.ts';
import { decidePersonal, type GroupStanding, type PersonalDecision, type PersonalPosition } from '../personal/decide-personal.ts';
import { outcomeOf } from '../personal/outcome.ts';
import type { Person } from '../personal/person.ts';
import { BEGINNING } from '../personal/start-personal-runs.ts';
import type { EscalationPorts } from '../ports.ts';
import { decideNext, type StepDecision } from '../run/decide.ts';
import { type DryRun, gatherFacts } from '../run/facts.ts';
import type { DueRun } from '../run/run-store.ts';
import type { ChainSnapshot } from '../run/snapshot.ts';
import { RESTART_DELAY_SECONDS } from '../run/start-runs.ts';

/** Steps and rules that one look ahead carries out. */
const MOST_EVENTS = 2_000;
/** How far it looks. */
const HORIZON_MS = 14 * 86_400_000;

/** One step, as it will be carried out. */
export type Visit = {
  /** Of the step in its chain, from 0. */
  index: number;
  /** Passes of the chain before this one. */
  round: number;
  at: Date;
  decision: StepDecision;
};

/** One rule of a person's list, as it will be carried out. */
export type RuleVisit = {
  at: Date;
  userId: string;
  /** The visit whose step began the list; null for a list that was under way. */
  visit: Visit | null;
  decision: PersonalDecision;
};

/** A person's list under way. */
export type SimulatedList = { userId: string; person: Person | null; position: PersonalPosition };

/** Where a group stands when the look ahead begins. */
export type Beginning = {
  now: Date;
  group: GroupStanding;
  /** The run as the engine would claim it; its due time null while it is asleep at a count step. Null: nothing is under way. */
  run: { due: Omit<DueRun, 'dueAt'>; dueAt: Date | null; snapshot: ChainSnapshot } | null;
  lists: readonly SimulatedList[];
  /** When the group fires again by itself, and by which chain it then escalates; null chain: by none. */
  resume: { at: Date; run: Omit<DueRun, 'dueAt'>; snapshot: ChainSnapshot | null } | null;
  /** Where the alerts of the group are not those of the database: how many a count step would find. */
  alertsInWindow?: number;
};

export type Forecast = {
  visits: readonly Visit[];
  rules: readonly RuleVisit[];
  /** The count step that the run sleeps at in the end. */
  sleepsAt: Visit | null;
  /** When the group fires again, where the look ahead came that far. */
  resumedAt: Date | null;
  /** The look ahead ended before everything had. */
  truncated: boolean;
};

type List = SimulatedList & { visit: Visit | null };

/**
 * Looks ahead: what the engine will do if nobody does anything. Decides with the engine's own rules and asks the same facts, at the
 * instants at which they will be asked; steps are taken to be on time. Writes nothing.
 */
export async function simulate(tx: Tx, ports: EscalationPorts, from: Beginning): Promise<Forecast> {
  const dry: DryRun = { turns: new Map() };
  const lists = new Map<string, List>(from.lists.map((list) => [list.userId, { ...list, visit: null }]));
  const visits: Visit[] = [];
  const rules: RuleVisit[] = [];
  const end = from.now.getTime() + HORIZON_MS;
  let { group, run, resume } = from;
  let sleepsAt: Visit | null = null;
  let resumedAt: Date | null = null;

  const advanceList = (list: List, at: Date) => {
    const decision = decidePersonal(list.position, list.person, group, at);
    const { progress } = outcomeOf(list.position, decision, at);
    rules.push({ at, userId: list.userId, visit: list.visit, decision });
    if (progress.state !== 'running' || progress.dueAt === null) lists.delete(list.userId);
    else lists.set(list.userId, { ...list, position: { ...list.position, ...progress, dueAt: progress.dueAt } });
  };

  const advanceRun = async (current: NonNullable<Beginning['run']>, dueAt: Date, at: Date) => {
    const due: DueRun = { ...current.due, dueAt, group };
    const step = current.snapshot.steps[due.position] ?? null;
    const { factsOf, people } = await gatherFacts(tx, ports, [{ run: due, step }], at, dry);
    const facts = factsOf(due);
    const known = from.alertsInWindow === undefined ? facts : { ...facts, alertsInWindow: from.alertsInWindow };
    const decision = decideNext(current.snapshot, due, known, at);
    const round = Object.values(due.repeats).reduce((sum, jumps) => sum + jumps, 0);
    const visit: Visit = { index: due.position, round, at, decision };
    if (step !== null) visits.push(visit);
    for (const userId of decision.notify?.userIds ?? []) {
      const person = people.get(due.organizationId)?.get(userId) ?? null;
      const position = { ...BEGINNING, dueAt: at, important: decision.notify?.important ?? false, paged: false };
      advanceList({ userId, person, position, visit }, at);
    }
    const repeats = decision.jumped ? { ...due.repeats, [due.position]: (due.repeats[due.position] ?? 0) + 1 } : due.repeats;
    const { next } = decision;
    switch (next.do) {
      case 'go':
        run = {
          ...current,
          due: { ...current.due, position: next.position, repeats, thresholdRecorded: false },
          dueAt: next.dueAt,
        };
        return;
      case 'pause':
        sleepsAt = visit;
        run = { ...current, due: { ...current.due, thresholdRecorded: true }, dueAt: null };
        return;
      case 'end':
        run = null;
        if (next.because === 'chain_finished') return;
        group = { ...group, state: 'resolved' };
        lists.clear();
    }
  };

  for (let events = 0; events < MOST_EVENTS; events += 1) {
    const list = earliest(lists.values());
    const next = soonest(resume?.at ?? null, run?.dueAt ?? null, list?.position.dueAt ?? null);
    if (next === null) return { visits, rules, sleepsAt, resumedAt, truncated: false };
    const at = new Date(Math.max(next.getTime(), from.now.getTime()));
    if (at.getTime() > end) break;
    // At one instant silences end first, then come steps, then rules, as the engine's loops have it.
    if (resume !== null && resume.at.getTime() === next.getTime()) {
      group = { ...group, state: 'firing' };
      resumedAt = at;
      const dueAt = new Date(at.getTime() + RESTART_DELAY_SECONDS * 1_000);
      run = resume.snapshot === null ? null : { due: resume.run, dueAt, snapshot: resume.snapshot };
      resume = null;
    } else if (run !== null && run.dueAt?.getTime() === next.getTime()) await advanceRun(run, run.dueAt, at);
    else if (list !== null) advanceList(list, at);
  }
  return { visits, rules, sleepsAt, resumedAt, truncated: true };
}

function earliest(lists: Iterable<List>): List | null {
  let found: List | null = null;
  for (const list of lists) {
    if (found === null || list.position.dueAt < found.position.dueAt) found = list;
  }
  return found;
}

function soonest(...times: readonly (Date | null)[]): Date | null {
  return times.reduce((found, at) => (at !== null && (found === null || at < found) ? at : found), null);
}
