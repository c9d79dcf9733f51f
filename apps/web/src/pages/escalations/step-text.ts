import type { Step, StepType } from './queries.ts';

/** Names by id, as far as they are known. */
export type Names = {
  users: ReadonlyMap<string, string>;
  teams: ReadonlyMap<string, string>;
  schedules: ReadonlyMap<string, string>;
  webhooks: ReadonlyMap<string, string>;
};

/** What can be chosen, in groups. Steps of chats that are not connected are not offered. */
export const STEP_CHOICES: readonly { type: StepType; label: string; group: string }[] = [
  { type: 'notify_on_call_from_schedule', label: 'Notify who is on call', group: 'Notify' },
  { type: 'notify_persons', label: 'Notify people', group: 'Notify' },
  { type: 'notify_person_next_each_time', label: 'Notify people in turn', group: 'Notify' },
  { type: 'notify_team_members', label: 'Notify a team', group: 'Notify' },
  { type: 'notify_next_on_call_from_schedule', label: 'Notify who is on call next', group: 'Notify' },
  { type: 'wait', label: 'Wait', group: 'Flow' },
  { type: 'notify_if_time_from_to', label: 'Continue at certain hours', group: 'Flow' },
  { type: 'notify_if_num_alerts_in_window', label: 'Continue above a number of alerts', group: 'Flow' },
  { type: 'repeat_escalation', label: 'Repeat from the beginning', group: 'Flow' },
  { type: 'trigger_webhook', label: 'Trigger a webhook', group: 'Act' },
  { type: 'resolve', label: 'Resolve', group: 'Act' },
];

/** Types that page people, in one of two ways. */
export const hasImportance = (type: StepType | null): boolean => type !== null && /^notify_(?!if_|whole_channel)/.test(type);

export const durationText = (seconds: number): string => {
  if (seconds % 3_600 === 0) return seconds === 3_600 ? '1 hour' : `${seconds / 3_600} hours`;
  const minutes = Math.round(seconds / 60);
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
};

/** `22:00:00Z` in hours and minutes. */
export const hourText = (time: string): string => time.slice(0, 5);

const listText = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** A step as a sentence, and what is missing in it. */
export function stepText(step: Step, names: Names): { text: string; missing: string | null } {
  const urgently = step.important === true ? ', by their important rules' : '';
  const people = (ids: readonly string[] = []) => listText(ids.map((id) => names.users.get(id) ?? id));
  const named = (map: ReadonlyMap<string, string>, id: string | null | undefined): string | null =>
    id == null ? null : (map.get(id) ?? 'one that you may not see');
  const whole = (text: string) => ({ text, missing: null });
  const lacking = (text: string, missing: string) => ({ text, missing });
  switch (step.type) {
    case 'wait':
      return step.duration == null
        ? lacking('Wait 5 minutes', 'No duration is chosen, so 5 minutes.')
        : whole(`Wait ${durationText(step.duration)}`);
    case 'notify_persons':
      return step.persons_to_notify?.length
        ? whole(`Notify ${people(step.persons_to_notify)}${urgently}`)
        : lacking('Notify people', 'Nobody is chosen, so nobody will be notified.');
    case 'notify_person_next_each_time':
      return step.persons_to_notify_next_each_time?.length
        ? whole(`Notify the next of ${people(step.persons_to_notify_next_each_time)}, another one each time${urgently}`)
        : lacking('Notify people in turn', 'Nobody is chosen, so nobody will be notified.');
    case 'notify_team_members': {
      const team = named(names.teams, step.team_to_notify);
      return team === null
        ? lacking('Notify a team', 'No team is chosen.')
        : whole(`Notify everybody in team ${team}${urgently}`);
    }
    case 'notify_on_call_from_schedule':
    case 'notify_next_on_call_from_schedule': {
      const schedule = named(names.schedules, step.notify_on_call_from_schedule);
      const next = step.type === 'notify_next_on_call_from_schedule' ? ' next' : '';
      return schedule === null
        ? lacking(`Notify who is on call${next}`, 'No schedule is chosen.')
        : whole(`Notify who is on call${next} by schedule ${schedule}${urgently}`);
    }
    case 'notify_user_group':
      return lacking('Notify a Slack user group', 'No Slack workspace is connected.');
    case 'notify_whole_channel':
      return lacking('Notify the whole Slack channel', 'No Slack workspace is connected.');
    case 'trigger_webhook': {
      const webhook = named(names.webhooks, step.action_to_trigger);
      return webhook === null ? lacking('Trigger a webhook', 'No webhook is chosen.') : whole(`Trigger the webhook ${webhook}`);
    }
    case 'notify_if_time_from_to':
      return step.notify_if_time_from == null || step.notify_if_time_to == null
        ? lacking('Continue at certain hours', 'The hours are not chosen.')
        : whole(
            `Continue between ${hourText(step.notify_if_time_from)} and ${hourText(step.notify_if_time_to)} UTC; outside, hold until then`,
          );
    case 'notify_if_num_alerts_in_window':
      return step.num_alerts_in_window == null || step.num_minutes_in_window == null
        ? lacking('Continue above a number of alerts', 'The numbers are not chosen.')
        : whole(
            `Continue when more than ${step.num_alerts_in_window} alerts came within ${step.num_minutes_in_window} minutes; until then, hold`,
          );
    case 'repeat_escalation':
      return whole('Repeat from the beginning, up to 5 times');
    case 'resolve':
      return whole('Resolve the alert group');
    case 'declare_incident':
      return whole('Declare an incident (recorded only)');
    case null:
      return lacking('Nothing', 'The step is empty.');
  }
}

/** Seconds from the start of the chain until each step, as far as waits tell; null behind a step that holds for an unknown time. */
export function offsetsOf(steps: readonly Step[]): (number | null)[] {
  let at: number | null = 0;
  return steps.map((step) => {
    const mine = at;
    if (step.type === 'notify_if_time_from_to' || step.type === 'notify_if_num_alerts_in_window') at = null;
    if (step.type === 'wait' && at !== null) at += step.duration ?? 300;
    return mine;
  });
}

/** What is probably a mistake in a chain. */
export function lint(steps: readonly Step[]): string[] {
  const found: string[] = [];
  const notifies = steps.some(({ type }) => hasImportance(type));
  if (steps.length > 0 && !notifies) found.push('No step notifies anybody.');
  if (steps.at(-1)?.type === 'wait') found.push('The wait at the end does nothing.');
  const ends = steps.findIndex(({ type }) => type === 'resolve' || type === 'repeat_escalation');
  if (ends >= 0 && ends < steps.length - 1) {
    const after =
      steps[ends]?.type === 'resolve' ? 'after “Resolve” never run' : 'after “Repeat” run only when all repeats are over';
    found.push(`Steps ${after}.`);
  }
  return found;
}
