import type { Actor } from '../actor.ts';
import type { AlertGroupId, OrgId } from '../alert-group.ts';

/** Types of timeline records: wire facts of escalation.md 4.2. */
export const TIMELINE = {
  acknowledged: 0,
  unacknowledged: 1,
  invited: 2,
  invitationStopped: 3,
  reinvited: 4,
  escalationTriggered: 5,
  invitationTriggered: 6,
  silenced: 7,
  attached: 8,
  unattached: 9,
  webhookTriggered: 10,
  unacknowledgedByTimeout: 11,
  attachmentFailed: 12,
  resolved: 13,
  unresolved: 14,
  unsilenced: 15,
  escalationFinished: 16,
  escalationFailed: 17,
  acknowledgeReminder: 18,
  wiped: 19,
  deleted: 20,
  registered: 21,
  routeAssigned: 22,
  directPaging: 23,
  unpaged: 24,
  restricted: 25,
  /** From 100 on Tocsin's own: the sender was told of an acknowledgement, or why not. */
  sourceToldOfAcknowledge: 100,
  /** The integration's maintenance or debug mode began or ended: `data.phase` is `started`, `opened` (a group, meanwhile) or `ended`. */
  integrationMode: 110,
  /** The escalation began anew, from the chain as it was by then. */
  chainApplied: 120,
} as const;

/** Codes of records of type 17: escalation.md 4.3. */
export const ESCALATION_ERROR = {
  roundRobinWithoutUsers: 1,
  notifyWithoutUsers: 2,
  scheduleMissing: 4,
  calendarImportFailed: 5,
  nobodyOnCall: 6,
  waitWithoutDuration: 8,
  windowNotConfigured: 9,
  stepWithoutType: 10,
  userGroupWithoutGroup: 11,
  userGroupEmpty: 12,
  userGroupGone: 13,
  webhookMissing: 14,
  slackImpossible: 15,
  thresholdNotConfigured: 16,
  webhookFailed: 17,
  teamMissing: 18,
  webhookDisabled: 19,
  incidentsNotEnabled: 20,
  incidentFailed: 21,
  stepLate: 100,
  runResumed: 101,
  nobodyNotified: 102,
  duplicatePossible: 103,
} as const;

/**
 * A record to write. `data` carries what rendering needs as it is now, so that later edits do not change what the timeline says:
 * names beside ids, numbers of the step, the chain.
 */
export type NewTimelineRecord = {
  organizationId: OrgId;
  alertGroupId: AlertGroupId;
  at: Date;
  type: number;
  actor: Actor;
  errorCode?: number;
  reason?: string | null;
  data?: Readonly<Record<string, unknown>>;
};
