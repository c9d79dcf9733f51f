import { ESCALATION_ERROR } from '../../../alerting/index.ts';
import type { Plan, Visit } from '../../../escalation/index.ts';

type Step = NonNullable<Plan['snapshot']>['steps'][number];

const importantly = (step: { important: boolean }): string => (step.important ? ' by their important rules' : '');

/** `1 h 30 min`, `45 s`. */
function inShort(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor((seconds % 3_600) / 60), 'min'],
    [seconds % 60, 's'],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return shown.length === 0 ? '0 s' : shown.join(' ');
}

/** What a step does, as a sentence without names of people and schedules, which stand beside it. */
export function stepText(step: Step): string {
  switch (step.type) {
    case 'wait':
      return `Wait ${inShort(step.seconds ?? 300)}`;
    case 'notify_persons':
      return `Notify people${importantly(step)}`;
    case 'notify_person_next_each_time':
      return `Notify whose turn it is${importantly(step)}`;
    case 'notify_on_call_from_schedule':
      return `Notify who is on call by a schedule${importantly(step)}`;
    case 'notify_next_on_call_from_schedule':
      return `Notify who is on call next by a schedule${importantly(step)}`;
    case 'notify_team_members':
      return `Notify the members of a team${importantly(step)}`;
    case 'notify_user_group':
      return `Notify a Slack user group${importantly(step)}`;
    case 'notify_whole_channel':
      return 'Notify the whole Slack channel';
    case 'repeat_escalation':
      return 'Repeat from the beginning';
    case 'resolve':
      return 'Resolve the alert group';
    case 'trigger_webhook':
      return 'Call an outgoing webhook';
    case 'notify_if_time_from_to':
      return `Go on between ${step.from ?? '?'} and ${step.to ?? '?'} UTC; hold until then`;
    case 'notify_if_num_alerts_in_window':
      return `Go on after more than ${step.alerts ?? '?'} alerts in ${step.minutes ?? '?'} minutes; wait for them`;
    case 'declare_incident':
      return 'Declare an incident';
    case 'unknown':
      return 'Nothing is chosen';
  }
}

const PROBLEMS: Readonly<Record<number, string>> = {
  [ESCALATION_ERROR.roundRobinWithoutUsers]: 'nobody whose turn it could be can be notified',
  [ESCALATION_ERROR.notifyWithoutUsers]: 'nobody is left to notify',
  [ESCALATION_ERROR.scheduleMissing]: 'the schedule is not there',
  [ESCALATION_ERROR.calendarImportFailed]: 'the calendar of the schedule could not be imported',
  [ESCALATION_ERROR.nobodyOnCall]: 'nobody is on call then',
  [ESCALATION_ERROR.waitWithoutDuration]: 'no duration is chosen: it waits 5 minutes',
  [ESCALATION_ERROR.windowNotConfigured]: 'no times are chosen: it is passed',
  [ESCALATION_ERROR.stepWithoutType]: 'nothing is chosen: it is passed',
  [ESCALATION_ERROR.userGroupWithoutGroup]: 'no user group is chosen',
  [ESCALATION_ERROR.webhookMissing]: 'the webhook is not there',
  [ESCALATION_ERROR.slackImpossible]: 'Slack is not connected',
  [ESCALATION_ERROR.thresholdNotConfigured]: 'no number is chosen: it is passed',
  [ESCALATION_ERROR.teamMissing]: 'the team is not there',
  [ESCALATION_ERROR.webhookDisabled]: 'the webhook is disabled',
  [ESCALATION_ERROR.incidentsNotEnabled]: 'incidents are not available',
};

/** Why a step will not do what it says; null when it will. */
export function problemOf({ decision }: Visit): { code: number; text: string } | null {
  const code = decision.records.find((record) => record.errorCode !== undefined)?.errorCode;
  return code === undefined ? null : { code, text: PROBLEMS[code] ?? 'it fails' };
}
