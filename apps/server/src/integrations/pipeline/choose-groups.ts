import type { SourceSignal } from '../../alerting/index.ts';
import type { PreparedAlert } from './prepared-alert.ts';

/** A stored group that an alert of the batch may join or resolve. */
export type StoredGroup = {
  organizationId: string;
  id: string;
  integrationId: string;
  routeId: string | null;
  groupingKey: string;
  isOpen: boolean;
  isResolved: boolean;
  startedAt: Date;
};

/** A group as the batch sees it: stored before, or opened by one of the batch's alerts. */
export type BatchGroup = StoredGroup & {
  /** The alert that opened it; null for a stored group. */
  openedBy: PreparedAlert | null;
  /** Alerts of the batch that go into it, in order. */
  alerts: PreparedAlert[];
};

export type Choice = {
  /** Groups that get alerts or signals, stored ones first. */
  groups: readonly BatchGroup[];
  /** Group of each alert, in the order of the alerts. */
  chosen: readonly BatchGroup[];
  signals: readonly SourceSignal[];
};

export const keyOf = (of: { organizationId: string; integrationId: string; groupingKey: string }): string =>
  `${of.organizationId} ${of.integrationId} ${of.groupingKey}`;

/**
 * Decides for each alert, in order, which group it joins and what it signals (ingest.md 6.5, Tocsin's choice, and 6.7). Reads nothing,
 * changes nothing outside what it returns. An alert sees what the ones before it did: a recovery closes its group, so that
 * the next alert of the key opens a new one.
 * @param stored per `keyOf`, all unresolved groups and the latest resolved ones that may be needed
 * @param newId the id for the group that an alert opens
 */
export function chooseGroups(
  alerts: readonly PreparedAlert[],
  stored: readonly StoredGroup[],
  newId: () => string,
  now: Date,
): Choice {
  const byKey = new Map<string, BatchGroup[]>();
  const remember = (group: BatchGroup) => {
    const groups = byKey.get(keyOf(group));
    if (groups === undefined) byKey.set(keyOf(group), [group]);
    else groups.push(group);
  };
  for (const group of stored) remember({ ...group, openedBy: null, alerts: [] });

  const chosen: BatchGroup[] = [];
  const signals: SourceSignal[] = [];
  const touched = new Set<BatchGroup>();

  for (const alert of alerts) {
    const ofKey = alert.canGroup ? (byKey.get(keyOf(alert)) ?? []) : [];
    const resolves = alert.isResolveSignal && alert.mayResolve;
    const routeId = alert.route?.id ?? null;
    const ofIdentity = (group: BatchGroup) => alert.scope === 'integration' || group.routeId === routeId;
    const looksFurther = alert.scope === 'signals' && (resolves || alert.isAcknowledgeSignal);

    const own = newest(ofKey.filter((group) => group.isOpen && ofIdentity(group)));
    const further = own === null && looksFurther ? newest(ofKey.filter((group) => group.isOpen)) : null;
    const resolved =
      own === null && further === null && resolves
        ? newest(ofKey.filter((group) => group.isResolved && (alert.scope === 'signals' || ofIdentity(group))))
        : null;
    const group = own ?? further ?? resolved ?? openGroup(alert, newId(), now);
    if (group.openedBy === alert) remember(group);
    group.alerts.push(alert);
    chosen.push(group);
    touched.add(group);

    const signal = (to: BatchGroup, kind: SourceSignal['kind']) => {
      touched.add(to);
      signals.push({ organizationId: to.organizationId, alertGroupId: to.id, kind });
    };
    if (alert.isAcknowledgeSignal && !group.isResolved) signal(group, 'acknowledge');
    // Alerts that were cut out of a body resolve their group by count, later.
    if (!resolves || alert.split !== null || group.isResolved) continue;
    const all = byKey.get(keyOf(group)) ?? [];
    const ends = all.filter((other) => !other.isResolved && (other === group || further !== null || ofIdentity(other)));
    for (const other of ends) {
      signal(other, 'resolve');
      other.isOpen = false;
      other.isResolved = true;
    }
  }
  const groups = [...touched].sort((a, b) => Number(a.openedBy !== null) - Number(b.openedBy !== null));
  return { groups, chosen, signals };
}

function openGroup(alert: PreparedAlert, id: string, now: Date): BatchGroup {
  return {
    organizationId: alert.organizationId,
    id,
    integrationId: alert.integrationId,
    routeId: alert.route?.id ?? null,
    groupingKey: alert.groupingKey,
    isOpen: true,
    isResolved: false,
    startedAt: now,
    openedBy: alert,
    alerts: [],
  };
}

/** Of equally old groups the one that was opened last. */
const newest = (groups: readonly BatchGroup[]): BatchGroup | null =>
  groups.reduce<BatchGroup | null>((best, group) => (best !== null && best.startedAt > group.startedAt ? best : group), null);
