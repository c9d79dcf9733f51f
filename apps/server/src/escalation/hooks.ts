import type { AlertGroupHooks, GroupChange } from '../alerting/index.ts';
import { actorUserId, refKey } from '../alerting/index.ts';
import { cancelDeliveries } from '../notifications/index.ts';
import type { Tx } from '../platform/db/database.ts';
import { endOwnPages } from './personal/page-users.ts';
import { cancelPersonalRuns, type PersonalStop } from './personal/personal-store.ts';
import { removeRuns, stopRuns } from './run/run-store.ts';
import { RESTART_DELAY_SECONDS, startRuns } from './run/start-runs.ts';
import type { EndReason } from './tables.ts';

/** Events through which people added by hand are still notified (escalation.md 3.4, 5.3). */
const KEEPS_PAGED: readonly GroupChange['event'][] = ['acknowledge', 'silence', 'apply_current_chain'];

const REASONS: Partial<Record<GroupChange['event'], string>> = {
  acknowledge: 'the alert group was acknowledged',
  silence: 'the alert group was silenced',
  resolve: 'the alert group was resolved',
  wipe: 'the alert group was wiped',
  attach: 'the alert group was attached to another one',
  delete: 'the alert group was deleted',
  apply_current_chain: 'the escalation began anew',
};

const END_REASONS: Partial<Record<GroupChange['event'], EndReason>> = { attach: 'attached', wipe: 'wiped' };

/**
 * What escalation does when groups change, in the transaction of the change: it ends the run, the personal lists and the pages that
 * nobody has in hand (escalation.md G17), and starts new runs (G21).
 */
export const escalationHooks: AlertGroupHooks = {
  async onChanged(tx, changes, now) {
    const stops = changes.filter(({ run }) => run === 'stop' || run === 'anew');
    await stop(tx, stops, now);
    const last = new Map(changes.map((change) => [refKey(change.organizationId, change.alertGroupId), change]));
    const restarts = [...last.values()].filter(({ run }) => run === 'restart' || run === 'anew');
    await startRuns(tx, restarts, { now, delaySeconds: RESTART_DELAY_SECONDS });
    const deleted = changes.filter((change) => change.event === 'delete');
    if (deleted.length > 0) await removeRuns(tx, deleted);
  },
  async onAcknowledgedAgain(tx, group, actor, now) {
    const userId = actorUserId(actor);
    if (userId !== null) await endOwnPages(tx, { ...group, userId }, now);
  },
};

/** Who needs no page any more because they acted. Who only has the escalation begin anew has answered nothing. */
const answeringUserId = ({ actor, event }: GroupChange): string | null =>
  event === 'apply_current_chain' ? null : actorUserId(actor);

async function stop(tx: Tx, stops: readonly GroupChange[], now: Date): Promise<void> {
  if (stops.length === 0) return;
  await stopRuns(
    tx,
    stops.map((change) => ({ ...change, because: END_REASONS[change.event] ?? 'not_firing' })),
    now,
  );
  await cancelPersonalRuns(
    tx,
    stops.map(
      (change): PersonalStop => ({
        organizationId: change.organizationId,
        alertGroupId: change.alertGroupId,
        keepPaged: KEEPS_PAGED.includes(change.event),
        exceptUserId: answeringUserId(change),
      }),
    ),
    now,
  );
  await cancelPages(tx, stops, now);
}

/** One statement for all groups of an organization that end alike. */
async function cancelPages(tx: Tx, stops: readonly GroupChange[], now: Date): Promise<void> {
  const alike = new Map<string, { change: GroupChange; ids: string[] }>();
  for (const change of stops) {
    const key = `${change.organizationId} ${change.event} ${answeringUserId(change) ?? ''}`;
    const same = alike.get(key);
    if (same === undefined) alike.set(key, { change, ids: [change.alertGroupId] });
    else same.ids.push(change.alertGroupId);
  }
  for (const { change, ids } of alike.values()) {
    const keepPaged = KEEPS_PAGED.includes(change.event);
    const reason = REASONS[change.event] ?? 'the alert group changed';
    const scope = { organizationId: change.organizationId, alertGroupIds: ids };
    await cancelDeliveries(tx, { ...scope, keepPaged }, reason, now);
    const userId = answeringUserId(change);
    if (keepPaged && userId !== null) await cancelDeliveries(tx, { ...scope, userId }, reason, now);
  }
}
