import { ESCALATION_ERROR as ERROR } from './record.ts';

/** What a record carries for rendering, as it was written; read with care, for another version may have written it. */
export type RecordData = Readonly<Record<string, unknown>>;

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
export const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

const UNITS: readonly [string, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** `1 hour 30 minutes`; the two largest units that are not zero. */
export function inWords(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && parts.length < 2) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
  }
  return parts.length === 0 ? '0 seconds' : parts.join(' ');
}

/** Usernames of a step's people: `anna, ben and carla`. */
function usersOf(data: RecordData): string {
  const users = Array.isArray(data.users) ? data.users : [];
  const names = users.flatMap((user: unknown) =>
    typeof user === 'object' && user !== null && 'username' in user && typeof user.username === 'string' ? [user.username] : [],
  );
  return names.length < 2 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

const importantly = (data: RecordData): string => (data.important === true ? ' by their important rules' : '');

/** `Step 2 of {{escalation_chain}}`, or without the number where a record has none. */
const stepOf = (data: RecordData): string => {
  const step = numberOf(data.step);
  return step === null ? '{{escalation_chain}}' : `step ${step} of {{escalation_chain}}`;
};

/** What a step did; null for steps that the timeline does not show. */
export function stepSentence(data: RecordData): string | null {
  const step = stepOf(data);
  switch (data.step_type) {
    case 'wait':
    case 'resolve':
      return null;
    case 'notify_persons':
      return `${step} notified ${usersOf(data)}${importantly(data)}`;
    case 'notify_person_next_each_time':
      return `${step} notified ${usersOf(data)}, whose turn it is${importantly(data)}`;
    case 'notify_on_call_from_schedule':
      return `${step} notified ${usersOf(data)}, on call by {{schedule}}${importantly(data)}`;
    case 'notify_next_on_call_from_schedule':
      return `${step} notified ${usersOf(data)}, next on call by {{schedule}}${importantly(data)}`;
    case 'notify_team_members':
      return `${step} notified ${usersOf(data)} of team ${textOf(data.team) ?? ''}${importantly(data)}`;
    case 'repeat_escalation':
      return `${step} starts the chain over (${numberOf(data.repeat) ?? 0} of ${numberOf(data.repeats) ?? 0})`;
    case 'notify_if_time_from_to': {
      const window = `${textOf(data.from) ?? ''} to ${textOf(data.to) ?? ''}`;
      const eta = textOf(data.eta);
      return eta === null
        ? `${step} went on, inside its window ${window}`
        : `${step} holds until ${eta}, outside its window ${window}`;
    }
    case 'notify_if_num_alerts_in_window':
      return `${step} goes on when more than ${numberOf(data.alerts) ?? 0} alerts come within ${inWords((numberOf(data.minutes) ?? 0) * 60)}`;
    default:
      return `${step} ran`;
  }
}

/** How often a webhook was called so far, where that was more than once, and whether it will be again. */
export function attemptsOf(data: RecordData): string {
  const attempts = numberOf(data.attempts) ?? 1;
  if (data.will_retry === true) return attempts > 1 ? `; ${attempts} attempts so far` : '; will be tried again';
  return attempts > 1 ? ` after ${attempts} attempts` : '';
}

/** Why a step was passed over, by code (escalation.md 4.3). */
export function failureSentence(code: number | null, data: RecordData, reason: string | null): string {
  const step = stepOf(data);
  const passed = (why: string): string => `${step} was passed: ${why}`;
  switch (code) {
    case ERROR.roundRobinWithoutUsers:
      return passed('none of its people can be notified');
    case ERROR.notifyWithoutUsers:
      return passed(textOf(data.team) === null ? 'it has no active people' : `team ${textOf(data.team)} has no active members`);
    case ERROR.scheduleMissing:
      return passed('it has no schedule, or the schedule was deleted');
    case ERROR.calendarImportFailed:
      return passed('the calendar of {{schedule}} could not be read');
    case ERROR.nobodyOnCall:
      return passed('nobody is on call by {{schedule}}');
    case ERROR.waitWithoutDuration:
      return `${step} has no duration and waited ${inWords(numberOf(data.seconds) ?? 300)}`;
    case ERROR.windowNotConfigured:
      return passed('its window is not set');
    case ERROR.stepWithoutType:
      return passed(reason ?? 'it has no type that this server knows');
    case ERROR.userGroupWithoutGroup:
      return passed('it has no user group');
    case ERROR.userGroupEmpty:
      return passed('its user group has no known members');
    case ERROR.userGroupGone:
      return passed('its user group is gone');
    case ERROR.webhookMissing:
      return passed('it has no webhook, or the webhook was deleted');
    case ERROR.slackImpossible:
      return passed('Slack is not connected');
    case ERROR.thresholdNotConfigured:
      return passed('its number of alerts is not set');
    case ERROR.webhookFailed: {
      const trigger = textOf(data.trigger);
      return `skipped${trigger === null ? '' : ` ${trigger}`} outgoing webhook {{webhook}}${reason === null ? '' : `: ${reason}`}${attemptsOf(data)}`;
    }
    case ERROR.teamMissing:
      return passed('it has no team, or the team was deleted');
    case ERROR.webhookDisabled:
      return passed('{{webhook}} is switched off');
    case ERROR.incidentsNotEnabled:
      return passed('this server declares no incidents');
    case ERROR.incidentFailed:
      return passed(`the incident could not be declared${reason === null ? '' : `: ${reason}`}`);
    case ERROR.stepLate:
      return `step ${numberOf(data.step) ?? '?'} ran ${inWords(numberOf(data.late_seconds) ?? 0)} late`;
    case ERROR.runResumed:
      return `escalation went on${reason === null ? '' : `: ${reason}`}`;
    case ERROR.nobodyNotified:
      return 'escalation reached nobody';
    case ERROR.duplicatePossible:
      return `a page may have been sent twice${reason === null ? '' : `: ${reason}`}`;
    default:
      return passed(reason ?? `error ${code ?? '?'}`);
  }
}
