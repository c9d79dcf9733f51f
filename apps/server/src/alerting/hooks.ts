import type { Tx } from '../platform/db/database.ts';
import type { Actor } from './actor.ts';
import type { AlertGroupId, GroupState, OrgId, StateKind } from './alert-group.ts';
import type { GroupAction, RunFate } from './transition.ts';

/** What was done to a group, in words of the API; `attached` and `unattached` are said of the child. */
export type GroupEvent = GroupAction['do'] | 'attach' | 'unattach' | 'delete';

/** A change of one group, told to whoever must act on it in the same transaction. */
export type GroupChange = {
  organizationId: OrgId;
  alertGroupId: AlertGroupId;
  integrationId: string;
  event: GroupEvent;
  from: StateKind;
  to: StateKind;
  /** Where the group stands after this change; it may have changed again in the same transaction. */
  state: GroupState;
  /** What becomes of its escalation. Children of a root never restart: `keep`. */
  run: RunFate;
  actor: Actor;
  /** The root whose change this one follows, null when the action was meant for this group. */
  followsRootId: AlertGroupId | null;
  at: Date;
};

/** A group that was just made. */
export type OpenedGroup = {
  organizationId: OrgId;
  alertGroupId: AlertGroupId;
  integrationId: string;
  /** Servers that passed its first alert on before this one. */
  hop: number;
};

/**
 * What other domains do when groups change. Called inside the transaction of the change, after the group's row and its records are
 * written and while the row is locked; an error undoes everything. Changes of one call come in the order they happened.
 */
export interface AlertGroupHooks {
  onChanged(tx: Tx, changes: readonly GroupChange[], now: Date): Promise<void>;
  /** Groups were made, with their first alert; before signals of that alert change them. Maintenance groups are not told of. */
  onOpened?(tx: Tx, groups: readonly OpenedGroup[], now: Date): Promise<void>;
  /** Somebody acknowledged a group that was acknowledged already: a paged person answers for themselves, an acker confirms a reminder. */
  onAcknowledgedAgain?(
    tx: Tx,
    group: { organizationId: OrgId; alertGroupId: AlertGroupId },
    actor: Actor,
    now: Date,
  ): Promise<void>;
  onResolutionNoteAdded?(
    tx: Tx,
    note: { organizationId: OrgId; alertGroupId: AlertGroupId; noteId: string },
    now: Date,
  ): Promise<void>;
}

/** Calls all hooks one after the other, in the order given. */
export const combineHooks = (...all: readonly AlertGroupHooks[]): AlertGroupHooks => ({
  async onChanged(tx, changes, now) {
    for (const hooks of all) await hooks.onChanged(tx, changes, now);
  },
  async onOpened(tx, groups, now) {
    for (const hooks of all) await hooks.onOpened?.(tx, groups, now);
  },
  async onAcknowledgedAgain(tx, group, actor, now) {
    for (const hooks of all) await hooks.onAcknowledgedAgain?.(tx, group, actor, now);
  },
  async onResolutionNoteAdded(tx, note, now) {
    for (const hooks of all) await hooks.onResolutionNoteAdded?.(tx, note, now);
  },
});
