import { sql } from 'kysely';
import {
  type ActionDeps,
  type Actor,
  type AlertGroupId,
  addTimelineRecords,
  type GroupRef,
  inActionTransaction,
  lockGroup,
  type OrgId,
  TIMELINE,
} from '../../alerting/index.ts';
import { cancelDeliveries } from '../../notifications/index.ts';
import type { Tx } from '../../platform/db/database.ts';
import { loadPeople } from './people-store.ts';
import { cancelPersonalRunOf } from './personal-store.ts';
import { startPersonalRuns } from './start-personal-runs.ts';

export type PageUsersResult =
  | { ok: true }
  | { ok: false; reason: 'not_found' | 'already_resolved' | 'wiped' }
  | { ok: false; reason: 'unknown_users'; userIds: readonly string[] };

/**
 * Adds people to a group by hand (escalation.md 5.3): the chosen list of each begins at once and goes on until that person
 * acknowledges, or the group is resolved. A list of the same person that is under way ends. The chain is untouched.
 */
export const pageUsers = (
  deps: Pick<ActionDeps, 'db' | 'clock'>,
  org: OrgId,
  id: AlertGroupId,
  users: readonly { userId: string; important: boolean }[],
  actor: Actor,
): Promise<PageUsersResult> =>
  inActionTransaction(deps.db, async (tx) => {
    const now = deps.clock.now();
    const group = await lockGroup(tx, org, id);
    if (group === null) return { ok: false, reason: 'not_found' };
    if (group.wipedAt !== null) return { ok: false, reason: 'wiped' };
    if (group.state.kind === 'resolved') return { ok: false, reason: 'already_resolved' };
    const wanted = [...new Map(users.map((user) => [user.userId, user])).values()];
    const people = await loadPeople(
      tx,
      wanted.map(({ userId }) => ({ organizationId: org, userId })),
    );
    const unknown = wanted.filter(({ userId }) => people.get(org)?.get(userId)?.isActive !== true);
    if (unknown.length > 0) return { ok: false, reason: 'unknown_users', userIds: unknown.map(({ userId }) => userId) };
    const attachedTo = await whatItIsAttachedTo(tx, org, group.rootId);
    const standing = { state: group.state.kind, attachedTo, isWiped: false };
    await addTimelineRecords(
      tx,
      wanted.map(({ userId, important }) => ({
        organizationId: org,
        alertGroupId: id,
        at: now,
        type: TIMELINE.directPaging,
        actor,
        data: { user: { id: userId, username: people.get(org)?.get(userId)?.username ?? '' }, important },
      })),
    );
    await startPersonalRuns(
      tx,
      wanted.map(({ userId, important }) => ({
        run: { organizationId: org, alertGroupId: id, userId, runNo: 0, important, paged: true },
        group: standing,
      })),
      people,
      { now },
    );
    return { ok: true };
  });

async function whatItIsAttachedTo(tx: Tx, org: OrgId, rootId: AlertGroupId | null): Promise<'nothing' | 'root' | 'maintenance'> {
  if (rootId === null) return 'nothing';
  const { rows } = await sql<{ is_maintenance: boolean }>`
    select is_maintenance from alert_group where organization_id = ${org} and id = ${rootId}`.execute(tx);
  return rows[0]?.is_maintenance === true ? 'maintenance' : 'root';
}

/** Takes a person off a group: the list and pages that nobody has in hand end; the record is written in any case. */
export const unpageUser = (
  deps: Pick<ActionDeps, 'db' | 'clock'>,
  org: OrgId,
  id: AlertGroupId,
  userId: string,
  actor: Actor,
): Promise<{ ok: true } | { ok: false; reason: 'not_found' | 'unknown_user' }> =>
  inActionTransaction(deps.db, async (tx) => {
    const now = deps.clock.now();
    if ((await lockGroup(tx, org, id)) === null) return { ok: false, reason: 'not_found' };
    const person = (await loadPeople(tx, [{ organizationId: org, userId }])).get(org)?.get(userId);
    if (person === undefined) return { ok: false, reason: 'unknown_user' };
    const data = { user: { id: userId, username: person.username } };
    await addTimelineRecords(tx, [{ organizationId: org, alertGroupId: id, at: now, type: TIMELINE.unpaged, actor, data }]);
    await cancelPersonalRunOf(tx, { organizationId: org, alertGroupId: id, userId, onlyPaged: false }, now);
    await cancelDeliveries(
      tx,
      { organizationId: org, alertGroupIds: [id], userId },
      'the person was taken off the alert group',
      now,
    );
    return { ok: true };
  });

/** A person who was added by hand acknowledges for themselves, whatever the group's state (escalation.md 5.4). @returns whether a list ended */
export async function endOwnPages(tx: Tx, scope: GroupRef & { userId: string }, now: Date): Promise<boolean> {
  const { organizationId, alertGroupId, userId } = scope;
  const ended = await cancelPersonalRunOf(tx, { organizationId, alertGroupId, userId, onlyPaged: true }, now);
  if (ended)
    await cancelDeliveries(tx, { organizationId, alertGroupIds: [alertGroupId], userId }, 'the person acknowledged', now);
  return ended;
}
