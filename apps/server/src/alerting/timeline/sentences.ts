import { ACTION_SOURCE } from '../actor.ts';
import { TIMELINE } from './record.ts';
import { attemptsOf, failureSentence, inWords, numberOf, type RecordData, stepSentence, textOf } from './step-sentences.ts';

/** A record as it is stored. */
export type StoredRecord = {
  type: number;
  actorType: string;
  /** Name of the service account that acted. */
  accountName?: string | null;
  actionSource: number | null;
  errorCode: number | null;
  reason: string | null;
  data: RecordData;
};

const SURFACES: Readonly<Record<number, string>> = {
  [ACTION_SOURCE.slack]: 'Slack',
  [ACTION_SOURCE.phone]: 'phone',
  [ACTION_SOURCE.telegram]: 'Telegram',
  [ACTION_SOURCE.api]: 'API',
  [ACTION_SOURCE.mattermost]: 'Mattermost',
};

/** Who did it, as the sentence ends: ` by {{author}} via API`, ` by the alert source`. */
function byWhom({ actorType, accountName, actionSource, data }: StoredRecord): string {
  const surface = actionSource === null ? undefined : SURFACES[actionSource];
  const via = surface === undefined ? '' : ` via ${surface}`;
  switch (actorType) {
    case 'user':
      return ` by {{author}}${via}`;
    case 'service_account':
      return ` by ${accountName == null ? 'a service account' : `service-account:${accountName}`}${via}`;
    case 'source':
      return ' by the alert source';
    case 'step':
      return ' by the last escalation step';
    case 'timer':
      return ' by a timer';
    case 'maintenance':
      return ' by the end of maintenance';
    case 'backsync':
      return ` by source integration ${textOf(data.integration_name) ?? ''}`.trimEnd();
    default:
      return '';
  }
}

const inBulk = ({ reason }: StoredRecord): string => (reason === 'bulk' ? ', in bulk' : '');

const groupName = (data: RecordData, side: 'root' | 'child'): string => {
  const number = numberOf(data[`${side}_number`]);
  const title = textOf(data[`${side}_title`]);
  return `${number === null ? 'another alert group' : `alert group #${number}`}${title === null ? '' : ` (${title})`}`;
};

const attachRefusals: Readonly<Record<string, string>> = {
  root_resolved: 'it is resolved',
  root_attached: 'it is attached itself',
  already_attached: 'this one is attached already',
  has_attached: 'this one has attached alert groups itself',
  maintenance: 'maintenance alert groups cannot be attached',
};

/** Shown nowhere, only kept (escalation.md 4.1). */
const HIDDEN: readonly number[] = [
  TIMELINE.invitationTriggered,
  TIMELINE.escalationFinished,
  TIMELINE.acknowledgeReminder,
  TIMELINE.wiped,
  TIMELINE.deleted,
];

/**
 * The sentence of a record, with `{{author}}`, `{{escalation_chain}}`, `{{schedule}}` and `{{webhook}}` standing for links; null for
 * records that the timeline does not show. Reads only what the record itself carries, so that later edits change nothing.
 */
export function recordSentence(record: StoredRecord): string | null {
  const { data, type } = record;
  if (HIDDEN.includes(type)) return null;
  const who = byWhom(record) + inBulk(record);
  switch (type) {
    case TIMELINE.acknowledged:
      return `acknowledged${who}`;
    case TIMELINE.unacknowledged:
      return `unacknowledged${who}`;
    case TIMELINE.invited:
    case TIMELINE.reinvited:
      return '{{author}} asked for help';
    case TIMELINE.invitationStopped:
      return '{{author}} withdrew a call for help';
    case TIMELINE.escalationTriggered:
      return stepSentence(data);
    case TIMELINE.silenced: {
      const seconds = numberOf(data.seconds);
      return `silenced${seconds === null ? ' until it is unsilenced' : ` for ${inWords(seconds)}`}${who}`;
    }
    case TIMELINE.attached:
      if (record.actorType === 'maintenance')
        return 'child_id' in data ? `${groupName(data, 'child')} was opened` : 'attached to the maintenance of its integration';
      return 'child_id' in data
        ? `${groupName(data, 'child')} was attached${who}`
        : `attached to ${groupName(data, 'root')}${who}`;
    case TIMELINE.unattached:
      return 'child_id' in data
        ? `${groupName(data, 'child')} was detached${who}`
        : `detached from ${groupName(data, 'root')}${who}`;
    case TIMELINE.webhookTriggered:
      return webhookSentence(record);
    case TIMELINE.unacknowledgedByTimeout:
      return 'unacknowledged, for nobody confirmed the reminder; escalation starts again';
    case TIMELINE.attachmentFailed: {
      const why = attachRefusals[record.reason ?? ''];
      return `could not be attached to ${groupName(data, 'root')}${why === undefined ? '' : `: ${why}`}`;
    }
    case TIMELINE.resolved:
      return `resolved${who}`;
    case TIMELINE.unresolved:
      return `unresolved${who}`;
    case TIMELINE.unsilenced:
      return `unsilenced${who}`;
    case TIMELINE.escalationFailed:
      return failureSentence(record.errorCode, data, record.reason);
    case TIMELINE.registered:
      return 'alert group registered';
    case TIMELINE.routeAssigned:
      return routeSentence(data);
    case TIMELINE.directPaging:
      return `{{author}} added ${userOf(data)} as a responder${data.important === true ? ', by their important rules' : ''}`;
    case TIMELINE.unpaged:
      return `{{author}} removed ${userOf(data)} from the responders`;
    case TIMELINE.restricted:
      return restrictedSentence(record);
    case TIMELINE.chainApplied:
      return `escalation begins anew from the current chain${who}`;
    case TIMELINE.integrationMode:
      return modeSentence(record);
    case TIMELINE.sourceToldOfAcknowledge:
      return `the alert source was told of the acknowledgement${record.reason === null ? '' : `: ${record.reason}`}`;
    default:
      return record.reason ?? `record of type ${type}`;
  }
}

/** What triggered a webhook; what the receiver answered where that was not a success (outgoing-webhooks.md 11). */
function webhookSentence({ data, reason, actorType }: StoredRecord): string {
  const trigger = textOf(data.trigger) ?? (actorType === 'user' ? '{{author}}' : 'escalation chain');
  const status = Number(reason);
  const answer = status >= 300 ? `, responded ${status}` : '';
  return `outgoing webhook {{webhook}} triggered by ${trigger}${answer}${attemptsOf(data)}`;
}

function routeSentence(data: RecordData): string {
  const route = textOf(data.route_name);
  if (textOf(data.route_id) === null) return 'no route was found';
  const name = route === null ? 'assigned to its route' : `assigned to route ${route}`;
  return textOf(data.chain_id) === null ? `${name}, which has no escalation chain` : `${name} with {{escalation_chain}}`;
}

function modeSentence(record: StoredRecord): string {
  const { data } = record;
  if (data.mode === 'debug') {
    return data.phase === 'opened'
      ? 'escalation was not started: the integration is in debug mode'
      : 'debug mode of the integration ended; escalation of this alert group was not started';
  }
  const seconds = numberOf(data.seconds);
  if (data.phase === 'started')
    return `maintenance${seconds === null ? '' : ` for ${inWords(seconds)}`} was started${byWhom(record)}`;
  return `maintenance was ended${byWhom(record)}`;
}

function userOf({ user }: RecordData): string {
  return typeof user === 'object' && user !== null && 'username' in user && typeof user.username === 'string'
    ? user.username
    : 'a user';
}

function restrictedSentence({ data, reason }: StoredRecord): string {
  const alerts = numberOf(data.alerts);
  if (alerts === null) return reason ?? 'restricted';
  const scope = data.scope === 'organization' ? 'organization' : 'integration';
  const window = inWords(numberOf(data.window_seconds) ?? 300);
  return `${alerts} ${alerts === 1 ? 'alert' : 'alerts'} came over the ${scope}'s limit of ${numberOf(data.limit) ?? '?'} in ${window}`;
}
