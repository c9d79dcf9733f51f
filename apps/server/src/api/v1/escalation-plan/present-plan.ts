import { Type } from 'typebox';
import type { StepRecord } from '../../../alerting/index.ts';
import { MAX_REPEATS, type Plan, type RuleVisit, type Visit } from '../../../escalation/index.ts';
import { named } from '../conventions/describe.ts';
import { apiTime, apiTimeOrNull } from '../conventions/times.ts';
import { nameFor } from '../conventions/visibility.ts';
import { problemOf, stepText } from './step-text.ts';

const Time = Type.String({ format: 'date-time' });
const TimeOrNull = Type.Union([Time, Type.Null()]);
const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const User = Type.Object({ id: Type.String(), username: Type.String() });
const Named = Type.Union([Type.Object({ id: Type.String(), name: Type.String() }), Type.Null()]);
const words = (...all: string[]) => Type.Union(all.map((word) => Type.Literal(word)));

const RuleSchema = named(
  'PlannedRule',
  Type.Object({
    at: Time,
    do: words('notify', 'wait', 'fail'),
    channel: TextOrNull,
    wait_seconds: Type.Union([Type.Integer(), Type.Null()]),
    problem: TextOrNull,
  }),
);
const RecipientSchema = named(
  'PlannedRecipient',
  Type.Object({
    user: User,
    important: Type.Boolean(),
    rules: Type.Array(RuleSchema, { description: 'What the person gets, and when, until another step begins their list anew.' }),
  }),
);
const VisitSchema = named(
  'PlannedVisit',
  Type.Object({
    round: Type.Integer({ description: 'Passes of the chain before this one.' }),
    at: Time,
    held_until: Type.Union([Time, Type.Null()], { description: 'When a window of time opens for the steps behind it.' }),
    waits_for: Type.Union([Type.Object({ more_than: Type.Integer(), minutes: Type.Integer() }), Type.Null()], {
      description: 'Alerts that a count step waits for, for ever if they do not come.',
    }),
    problem: Type.Union([Type.Object({ code: Type.Integer(), text: Type.String() }), Type.Null()]),
    schedule: Named,
    recipients: Type.Array(RecipientSchema),
  }),
);
const StepSchema = named(
  'PlannedStep',
  Type.Object({
    index: Type.Integer(),
    id: Type.String(),
    type: TextOrNull,
    text: Type.String(),
    important: Type.Union([Type.Boolean(), Type.Null()]),
    status: words('done', 'next', 'future', 'skipped'),
    at: Type.Union([Time, Type.Null()], { description: 'When it was done last.' }),
    eta: Type.Union([Time, Type.Null()], { description: 'When it will be done next.' }),
    visits: Type.Array(VisitSchema, { description: 'When it will be done, in every round.' }),
  }),
);

export const PlanSchema = named(
  'EscalationPlan',
  Type.Object({
    state: words('running', 'waiting_for_alerts', 'paused', 'finished', 'none'),
    reason: TextOrNull,
    until: TimeOrNull,
    root_alert_group_id: TextOrNull,
    is_hypothetical: Type.Boolean({ description: 'Nothing says when it goes on: times are as if it did so now.' }),
    computed_at: Time,
    chain: Named,
    route_id: TextOrNull,
    snapshot_at: TimeOrNull,
    outdated: Type.Boolean({
      description: 'The chain was changed after the escalation began, which follows the earlier version.',
    }),
    repeat: Type.Object({ round: Type.Integer(), max: Type.Integer() }),
    resumes_at: TimeOrNull,
    reminder: Type.Union([Type.Object({ at: TimeOrNull, unacknowledge_at: TimeOrNull }), Type.Null()], {
      description: 'When the person who acknowledged is reminded, and when the acknowledgement ends if they do not answer.',
    }),
    steps: Type.Array(StepSchema),
    notifying: Type.Array(
      Type.Object({
        user: User,
        important: Type.Boolean(),
        paged: Type.Boolean({ description: 'Added by hand.' }),
        since: Time,
        rules: Type.Array(RuleSchema),
      }),
      { description: 'People whose rules are under way.' },
    ),
    next: Type.Union([Type.Object({ at: Time, user: User, channel: Type.String() }), Type.Null()], {
      description: 'The first notification that is to come.',
    }),
    truncated: Type.Boolean({ description: 'There is more than is told here: the look ahead ends after 14 days.' }),
  }),
);

export type PlanView = {
  plan: Plan;
  now: Date;
  routeId: string | null;
  done: ReadonlyMap<string, StepRecord>;
  /** Schedules and chains whose names the caller may not know. */
  hidden: ReadonlySet<string>;
};

/** A plan as the API shows it (web-ui.md 6.4). */
export function presentPlan(view: PlanView): Record<string, unknown> {
  const { plan, now } = view;
  const { state, snapshot, forecast } = plan;
  const user = userOf(plan);
  const firstPage = forecast.rules.find(({ decision }) => decision.do === 'notify');
  return {
    state: state.kind,
    reason: 'because' in state ? state.because : null,
    until: state.kind === 'paused' ? apiTimeOrNull(state.until) : null,
    root_alert_group_id: state.kind === 'paused' ? state.rootId : null,
    is_hypothetical: plan.isHypothetical,
    computed_at: apiTime(now),
    chain: nameFor(view.hidden, snapshot?.chain ?? null),
    route_id: view.routeId,
    snapshot_at: apiTimeOrNull(plan.snapshotAt),
    outdated: plan.outdated,
    repeat: { round: plan.round, max: MAX_REPEATS },
    resumes_at: apiTimeOrNull(plan.isHypothetical ? null : forecast.resumedAt),
    reminder:
      plan.reminder === null
        ? null
        : { at: apiTimeOrNull(plan.reminder.remindAt), unacknowledge_at: apiTimeOrNull(plan.reminder.unacknowledgeAt) },
    steps: presentSteps(view),
    notifying: plan.lists.map(({ userId, position, startedAt }) => ({
      user: user(userId),
      important: position.important,
      paged: position.paged,
      since: apiTime(startedAt),
      rules: forecast.rules.filter((rule) => rule.visit === null && rule.userId === userId).flatMap(presentRule),
    })),
    next:
      firstPage === undefined || firstPage.decision.do !== 'notify' || plan.isHypothetical
        ? null
        : { at: apiTime(firstPage.at), user: user(firstPage.userId), channel: firstPage.decision.channel },
    truncated: forecast.truncated,
  };
}

const userOf =
  ({ people }: Plan) =>
  (id: string) => ({ id, username: people.get(id)?.username ?? id });

function presentSteps(view: PlanView): unknown[] {
  const { plan, done } = view;
  const first = plan.forecast.visits[0];
  return (plan.snapshot?.steps ?? []).map((step, index) => {
    const visits = plan.forecast.visits.filter((visit) => visit.index === index);
    const isDone = index < plan.position;
    return {
      index,
      id: step.id,
      type: step.type === 'unknown' ? step.name : step.type,
      text: stepText(step),
      important: 'important' in step ? step.important : null,
      status: statusOf(view, isDone, visits, first?.index === index && first === visits[0]),
      at: isDone ? apiTimeOrNull(done.get(step.id)?.at ?? null) : null,
      eta: apiTimeOrNull(visits[0]?.at ?? null),
      visits: visits.map((visit) => presentVisit(view, visit)),
    };
  });
}

function statusOf({ plan }: PlanView, isDone: boolean, visits: readonly Visit[], isNext: boolean): string {
  if (isNext) return 'next';
  if (isDone) return 'done';
  const { sleepsAt, truncated } = plan.forecast;
  return visits.length > 0 || sleepsAt !== null || truncated || plan.state.kind === 'waiting_for_alerts' ? 'future' : 'skipped';
}

function presentVisit({ plan, hidden }: PlanView, visit: Visit): Record<string, unknown> {
  const { decision, at, round } = visit;
  const { step, next } = decision;
  const isHeld = step?.type === 'notify_if_time_from_to' && next.do === 'go' && next.dueAt.getTime() - at.getTime() > 5_000;
  const user = userOf(plan);
  const ownRules = plan.forecast.rules.filter((rule) => rule.visit === visit);
  return {
    round,
    at: apiTime(at),
    held_until: isHeld ? apiTime(next.dueAt) : null,
    waits_for:
      next.do === 'pause' && step?.type === 'notify_if_num_alerts_in_window'
        ? { more_than: step.alerts ?? 0, minutes: step.minutes ?? 0 }
        : null,
    problem: problemOf(visit),
    schedule: scheduleOf(visit, hidden),
    recipients: (decision.notify?.userIds ?? []).map((userId) => ({
      user: user(userId),
      important: decision.notify?.important ?? false,
      rules: ownRules.filter((rule) => rule.userId === userId).flatMap(presentRule),
    })),
  };
}

/** The schedule that a step asked; null when it asked none. */
function scheduleOf({ decision }: Visit, hidden: ReadonlySet<string>): { id: string; name: string } | null {
  for (const { data } of decision.records) {
    const schedule = data.schedule as { id: string; name: string } | undefined;
    if (schedule !== undefined) return nameFor(hidden, schedule);
  }
  return null;
}

/** What is not seen of a person's list, such as its end, is left out. */
function presentRule({ at, decision }: RuleVisit): Record<string, unknown>[] {
  const base = { at: apiTime(at), channel: null, wait_seconds: null, problem: null };
  switch (decision.do) {
    case 'notify':
      return [{ ...base, do: 'notify', channel: decision.channel }];
    case 'wait':
      return [{ ...base, do: 'wait', wait_seconds: decision.rule.waitSeconds ?? 0 }];
    case 'fail_rule':
      return [{ ...base, do: 'fail', problem: decision.reason }];
    case 'stop':
      return decision.error === null ? [] : [{ ...base, do: 'fail', problem: decision.error.reason }];
    case 'finish':
      return [];
  }
}
