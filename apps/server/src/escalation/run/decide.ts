import { ESCALATION_ERROR as ERROR, TIMELINE } from '../../alerting/index.ts';
import type { Person } from '../personal/person.ts';
import type { OnCallAnswer, WebhookAnswer } from '../ports.ts';
import type { EscalationStep } from '../step.ts';
import type { ChainSnapshot } from './snapshot.ts';
import { timeOfDayMs, windowOpening } from './time-window.ts';

/** From one step to the next (escalation.md 2.4). */
export const STEP_SECONDS = 5;
/** Wait of a wait step without a duration. */
const UNSET_WAIT_SECONDS = 300;
/** Jumps that one repeat step makes in a run. */
export const MAX_REPEATS = 5;

/** Where a run stands. */
export type RunPosition = {
  position: number;
  /** When the step was to run; `now` is later when it is late. */
  dueAt: Date;
  /** Jumps made so far, by index of the repeat step. */
  repeats: Readonly<Record<string, number>>;
  /** The record of the count step it is paused at has been written. */
  thresholdRecorded: boolean;
};

/** What the world says about the step that is to run; only what its type needs. */
export type StepFacts = {
  /** Everyone a step of this batch names or finds, by id. */
  people: ReadonlyMap<string, Person>;
  /** Whose turn it is; null when nobody can be notified. */
  turn?: Person | null;
  onCall?: OnCallAnswer;
  team?: { name: string; memberIds: readonly string[] } | null;
  webhook?: WebhookAnswer;
  /** Alerts of the group within the step's minutes before the newest one, the newest included. */
  alertsInWindow?: number;
};

export type DecidedRecord = {
  type: number;
  errorCode?: number;
  data: Readonly<Record<string, unknown>>;
};

export type StepDecision = {
  /** The step that was decided, null when none was left. */
  step: EscalationStep | null;
  records: readonly DecidedRecord[];
  /** People whose lists start. */
  notify: { userIds: readonly string[]; important: boolean } | null;
  /** Jumps made by this step, when it is a repeat step that jumped. */
  jumped: boolean;
  next:
    | { do: 'go'; position: number; dueAt: Date }
    /** Until a new alert comes, at the same step. */
    | { do: 'pause' }
    | { do: 'end'; because: 'chain_finished' | 'resolved_by_step' };
};

const addSeconds = (at: Date, seconds: number): Date => new Date(at.getTime() + seconds * 1_000);

type Outcome = Partial<Omit<StepDecision, 'step'>>;

/**
 * What a chain does next for a firing group. Reads nothing, changes nothing.
 * @param run where the run stands; a position beyond the last step means that the chain is spent
 * @param now the instant the decision is for, so that a late run and a test agree
 */
export function decideNext(snapshot: ChainSnapshot, run: RunPosition, facts: StepFacts, now: Date): StepDecision {
  const step = snapshot.steps[run.position];
  if (step === undefined) {
    const records = [{ type: TIMELINE.escalationFinished, data: { chain: snapshot.chain } }];
    return { step: null, records, notify: null, jumped: false, next: { do: 'end', because: 'chain_finished' } };
  }
  const decided = decideStep(step, run, facts, now);
  const data = {
    chain: snapshot.chain,
    step: run.position + 1,
    step_id: step.id,
    step_type: step.type === 'unknown' ? step.name : step.type,
  };
  return {
    step,
    notify: decided.notify ?? null,
    jumped: decided.jumped ?? false,
    next: decided.next ?? { do: 'go', position: run.position + 1, dueAt: addSeconds(now, STEP_SECONDS) },
    records: (decided.records ?? []).map((record) => ({ ...record, data: { ...data, ...record.data } })),
  };
}

const triggered = (data: Record<string, unknown> = {}): DecidedRecord => ({ type: TIMELINE.escalationTriggered, data });
const failed = (errorCode: number, data: Record<string, unknown> = {}): DecidedRecord => ({
  type: TIMELINE.escalationFailed,
  errorCode,
  data,
});

/** Only what differs from "write nothing, notify nobody, go to the next step in five seconds". */
function decideStep(step: EscalationStep, run: RunPosition, facts: StepFacts, now: Date): Outcome {
  switch (step.type) {
    case 'wait': {
      // Counted from when the wait was to begin: an outage does not stretch it (escalation.md G4).
      const seconds = step.seconds ?? UNSET_WAIT_SECONDS;
      const record = step.seconds === null ? failed(ERROR.waitWithoutDuration, { seconds }) : triggered({ seconds });
      return { records: [record], next: { do: 'go', position: run.position + 1, dueAt: addSeconds(run.dueAt, seconds) } };
    }
    case 'notify_persons':
      return notifyPeople(step.userIds, step.important, facts, ERROR.notifyWithoutUsers);
    case 'notify_person_next_each_time':
      if (facts.turn === undefined || facts.turn === null) return { records: [failed(ERROR.roundRobinWithoutUsers)] };
      return notifyPeople([facts.turn.id], step.important, facts, ERROR.roundRobinWithoutUsers);
    case 'notify_on_call_from_schedule':
    case 'notify_next_on_call_from_schedule':
      return notifyOnCall(step.important, facts);
    case 'notify_team_members': {
      if (facts.team === undefined || facts.team === null) return { records: [failed(ERROR.teamMissing)] };
      const data = { team: facts.team.name };
      const outcome = notifyPeople(facts.team.memberIds, step.important, facts, ERROR.notifyWithoutUsers, data);
      // The summary names the team even when it is empty.
      return outcome.notify === undefined ? { records: [triggered(data), ...(outcome.records ?? [])] } : outcome;
    }
    case 'notify_user_group':
      return { records: [failed(step.userGroupId === null ? ERROR.userGroupWithoutGroup : ERROR.slackImpossible)] };
    case 'notify_whole_channel':
      return { records: [failed(ERROR.slackImpossible)] };
    case 'repeat_escalation': {
      const jumps = run.repeats[run.position] ?? 0;
      if (jumps >= MAX_REPEATS) return {};
      const records = [triggered({ repeat: jumps + 1, repeats: MAX_REPEATS })];
      return { records, jumped: true, next: { do: 'go', position: 0, dueAt: addSeconds(now, STEP_SECONDS) } };
    }
    case 'resolve':
      return { records: [triggered()], next: { do: 'end', because: 'resolved_by_step' } };
    case 'trigger_webhook':
      return decideWebhook(facts.webhook);
    case 'notify_if_time_from_to': {
      const from = timeOfDayMs(step.from);
      const to = timeOfDayMs(step.to);
      if (from === null || to === null) return { records: [failed(ERROR.windowNotConfigured)] };
      const opening = windowOpening(from, to, now);
      if (opening.getTime() === now.getTime()) return { records: [triggered({ from: step.from, to: step.to })] };
      const records = [triggered({ from: step.from, to: step.to, eta: opening.toISOString() })];
      return { records, next: { do: 'go', position: run.position + 1, dueAt: opening } };
    }
    case 'notify_if_num_alerts_in_window': {
      if (step.alerts === null || step.minutes === null) return { records: [failed(ERROR.thresholdNotConfigured)] };
      const records = run.thresholdRecorded ? [] : [triggered({ alerts: step.alerts, minutes: step.minutes })];
      if ((facts.alertsInWindow ?? 0) > step.alerts) return { records };
      return { records, next: { do: 'pause' } };
    }
    case 'declare_incident':
      return { records: [failed(ERROR.incidentsNotEnabled)] };
    case 'unknown':
      return { records: [failed(ERROR.stepWithoutType)] };
  }
}

function notifyPeople(
  ids: readonly string[],
  important: boolean,
  { people }: StepFacts,
  errorWhenNobody: number,
  data: Record<string, unknown> = {},
): Outcome {
  const active = [...new Set(ids)].flatMap((id) => people.get(id) ?? []).filter((person) => person.isActive);
  if (active.length === 0) return { records: [failed(errorWhenNobody, data)] };
  const users = active.map(({ id, username }) => ({ id, username }));
  return { records: [triggered({ ...data, users, important })], notify: { userIds: active.map(({ id }) => id), important } };
}

function notifyOnCall(important: boolean, facts: StepFacts): Outcome {
  const answer = facts.onCall ?? { kind: 'missing' };
  if (answer.kind === 'missing') return { records: [failed(ERROR.scheduleMissing)] };
  const data = { schedule: { id: answer.scheduleId, name: answer.scheduleName } };
  if (answer.kind === 'import_failed') return { records: [failed(ERROR.calendarImportFailed, data)] };
  // Who may not be notified is not on call for an escalation (escalation.md 2.6.1).
  const reachable = answer.userIds.filter((id) => facts.people.get(id)?.mayBeNotified === true);
  return notifyPeople(reachable, important, facts, ERROR.nobodyOnCall, data);
}

function decideWebhook(answer: WebhookAnswer | undefined): Outcome {
  if (answer === undefined || answer.kind === 'missing') return { records: [failed(ERROR.webhookMissing)] };
  if (answer.kind === 'queued') return {};
  return { records: [failed(ERROR.webhookDisabled, { webhook: { id: answer.webhookId, name: answer.name } })] };
}
