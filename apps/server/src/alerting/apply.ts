import type { Tx } from '../platform/db/database.ts';
import type { Actor } from './actor.ts';
import type { AlertGroup, AlertGroupId } from './alert-group.ts';
import type { AlertGroupHooks, GroupChange } from './hooks.ts';
import { lockChildren, openForGrouping, refKey, type StateChange, saveStates } from './store.ts';
import type { NewTimelineRecord } from './timeline/record.ts';
import { addTimelineRecords } from './timeline/timeline-store.ts';
import { type GroupAction, transition } from './transition.ts';

/** An action on a group whose row the caller has locked. */
export type Request = {
  group: AlertGroup;
  action: GroupAction;
  actor: Actor;
  /** Text of the action's last record, such as what a bulk action says. */
  reason?: string;
  /** Attached groups are left alone; for signals of a source in an alert of the child's own. */
  alone?: boolean;
  /** Attached groups whose silence exists only because of their root. */
  silencedByRoot?: boolean;
};

type Standing = { before: AlertGroup; now: AlertGroup };

/**
 * Carries out actions one after the other and writes everything in one go: states, records, grouping, and what the hooks do. Attached
 * groups follow their root in the same transaction. Actions that change nothing leave no trace.
 * @returns the groups that changed, as they stand now
 */
export async function applyActions(
  tx: Tx,
  hooks: AlertGroupHooks,
  requests: readonly Request[],
  now: Date,
): Promise<AlertGroup[]> {
  const roots = requests.filter(isFollowed).map(({ group }) => group);
  const children = byRoot(await lockChildren(tx, roots));
  const standings = new Map<string, Standing>();
  const records: NewTimelineRecord[] = [];
  const changes: GroupChange[] = [];

  const act = (request: Request, followsRootId: AlertGroupId | null): boolean => {
    const key = refKey(request.group.organizationId, request.group.id);
    const group = standings.get(key)?.now ?? request.group;
    const circumstances = { isWiped: group.wipedAt !== null, followsRoot: followsRootId !== null };
    const result = transition(group.state, request.action, request.actor, now, circumstances);
    if (!result.changed) return false;
    const base = { organizationId: group.organizationId, alertGroupId: group.id, at: now, actor: request.actor };
    for (const record of result.records) records.push({ ...base, ...record, reason: request.reason ?? null });
    changes.push({
      organizationId: group.organizationId,
      alertGroupId: group.id,
      integrationId: group.integrationId,
      event: request.action.do,
      from: group.state.kind,
      to: result.state.kind,
      state: result.state,
      run: result.run === 'restart' && group.rootId !== null ? 'keep' : result.run,
      actor: request.actor,
      followsRootId,
      at: now,
    });
    const leavesSilence = group.state.kind === 'silenced';
    const responds = result.state.kind !== 'firing' && group.responseSeconds === null;
    standings.set(key, {
      before: standings.get(key)?.before ?? request.group,
      now: {
        ...group,
        state: result.state,
        restartedAt: leavesSilence || beginsAnew(request.action) ? now : group.restartedAt,
        responseSeconds: responds ? Math.floor((now.getTime() - group.startedAt.getTime()) / 1_000) : group.responseSeconds,
        isSilencedByRoot: result.state.kind === 'silenced' && request.silencedByRoot === true,
      },
    });
    return true;
  };

  for (const request of requests) {
    if (!act(request, null) || !isFollowed(request)) continue;
    for (const child of children.get(refKey(request.group.organizationId, request.group.id)) ?? []) {
      act({ ...request, group: child, action: actionForChild(request.action) }, request.group.id);
    }
  }
  await write(tx, [...standings.values()]);
  await addTimelineRecords(tx, records);
  if (changes.length > 0) await hooks.onChanged(tx, changes, now);
  return [...standings.values()].map((standing) => standing.now);
}

const beginsAnew = (action: GroupAction): boolean => action.do === 'restart' || action.do === 'apply_current_chain';

/** Whether attached groups go along. Those of a maintenance group do not end with it: what becomes of them the window says. */
const isFollowed = ({ alone, group, action }: Request): boolean =>
  alone !== true &&
  group.rootId === null &&
  action.do !== 'apply_current_chain' &&
  !(group.isMaintenance && (action.do === 'resolve' || action.do === 'wipe'));

function byRoot(children: readonly AlertGroup[]): Map<string, AlertGroup[]> {
  const map = new Map<string, AlertGroup[]>();
  for (const child of children) {
    const key = refKey(child.organizationId, child.rootId ?? '');
    const siblings = map.get(key);
    if (siblings === undefined) map.set(key, [child]);
    else siblings.push(child);
  }
  return map;
}

/** A child has no timer of its own while it is attached: what ends the root's silence ends the child's. */
const actionForChild = (action: GroupAction): GroupAction => (action.do === 'expire_silence' ? { do: 'unsilence' } : action);

async function write(tx: Tx, standings: readonly Standing[]): Promise<void> {
  const changes = standings.map(
    ({ now }): StateChange => ({
      group: now,
      state: now.state,
      restartedAt: now.restartedAt,
      responseSeconds: now.responseSeconds,
      isSilencedByRoot: now.isSilencedByRoot,
    }),
  );
  await saveStates(tx, changes);
  const wasResolved = ({ before }: Standing) => before.state.kind === 'resolved';
  const isResolved = ({ now }: Standing) => now.state.kind === 'resolved';
  const crossed = standings.filter((standing) => wasResolved(standing) !== isResolved(standing));
  await openForGrouping(
    tx,
    crossed.map(({ now }) => now),
  );
}
