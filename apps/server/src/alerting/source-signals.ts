import type { Tx } from '../platform/db/database.ts';
import { bySource } from './actor.ts';
import type { AlertGroup, AlertGroupId, OrgId } from './alert-group.ts';
import { applyActions, type Request } from './apply.ts';
import type { AlertGroupHooks } from './hooks.ts';
import { lockGroups, refKey } from './store.ts';

/** What an alert of the source says about its group. Signals of one group come in the order of their alerts. */
export type SourceSignal = { organizationId: OrgId; alertGroupId: AlertGroupId; kind: 'acknowledge' | 'resolve' };

/**
 * Moves groups by signals of their source, set-based (ingest.md 6.7): acknowledge where a group fires or is silenced, resolve where it
 * is not resolved. Signals that change nothing leave no trace. A signal to an attached group acts on it alone; attached groups
 * follow a root.
 * @returns the groups that changed, as they stand now
 */
export async function applySourceSignals(
  tx: Tx,
  hooks: AlertGroupHooks,
  signals: readonly SourceSignal[],
  now: Date,
): Promise<AlertGroup[]> {
  const refs = new Map(signals.map((signal) => [refKey(signal.organizationId, signal.alertGroupId), signal]));
  const groups = new Map(
    (await lockGroups(tx, [...refs.values()])).map((group) => [refKey(group.organizationId, group.id), group]),
  );
  const requests = signals.flatMap((signal): Request[] => {
    const group = groups.get(refKey(signal.organizationId, signal.alertGroupId));
    return group === undefined ? [] : [{ group, action: { do: signal.kind }, actor: bySource }];
  });
  return requests.length === 0 ? [] : applyActions(tx, hooks, requests, now);
}
