import { sql } from 'kysely';
import {
  type Actor,
  type AlertGroupHooks,
  actorUserId,
  addTimelineRecords,
  byTimer,
  closeMaintenanceGroup,
  type GroupChange,
  openMaintenanceGroup,
  TIMELINE,
} from '../../alerting/index.ts';
import { addLiveEvents } from '../../live/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { DueResult } from '../../platform/due/due-loop.ts';
import { takeNumbers } from '../pipeline/store.ts';
import { integrationChanged } from '../settings/integration-store.ts';
import {
  type AtEnd,
  claimOverWindows,
  lockWindow,
  lockWindowsOfGroups,
  type MaintenanceMode,
  type MaintenanceWindow,
  nextWindowEnd,
  saveWindow,
} from './window-store.ts';

/** Bounds of a window's length, in seconds (http-api-alerting.md 2.1). */
export const WINDOW_SECONDS = { min: 1, max: 2_592_000 } as const;
/** Windows that one transaction ends. */
const BATCH = 20;

export type WindowDeps = { clock: Clock; hooks: AlertGroupHooks };
export type StartWindow = { mode: MaintenanceMode; seconds: number; atEnd: AtEnd };

/**
 * Begins a window: with `debug` new alert groups do not escalate, with `maintenance` they are attached to one group that is opened now
 * (ingest.md 7.1). Escalations that run already go on.
 */
export async function startMaintenance(
  tx: Tx,
  deps: WindowDeps,
  org: string,
  integrationId: string,
  { mode, seconds, atEnd }: StartWindow,
  actor: Actor,
): Promise<{ ok: true } | { ok: false; reason: 'not_found' | 'already' }> {
  const now = deps.clock.now();
  const found = await lockWindow(tx, org, integrationId);
  if (found === null) return { ok: false, reason: 'not_found' };
  if (found.window !== null) {
    if (found.window.endsAt > now) return { ok: false, reason: 'already' };
    await endWindow(tx, deps, found.window, byTimer);
  }
  const alertGroupId =
    mode === 'maintenance' ? await openGroup(tx, { org, integrationId, name: found.name, seconds }, actor, now) : null;
  const endsAt = new Date(now.getTime() + seconds * 1_000);
  await saveWindow(tx, org, integrationId, { mode, startedAt: now, endsAt, atEnd, alertGroupId, authorId: actorUserId(actor) });
  await changed(tx, org, integrationId, mode);
  return { ok: true };
}

async function openGroup(
  tx: Tx,
  { org, integrationId, name, seconds }: { org: string; integrationId: string; name: string; seconds: number },
  actor: Actor,
  now: Date,
): Promise<string> {
  const title = `Maintenance of ${name} for ${durationInWords(seconds)}`;
  const message =
    'New alert groups of the integration are collected here until the end, and nobody is notified of them by escalation.';
  const number = (await takeNumbers(tx, new Map([[org, 1]]))).get(org) ?? 0;
  const group = { organizationId: org, integrationId, number, title, payload: JSON.stringify({ title, message }) };
  const id = await openMaintenanceGroup(tx, group, actor, now);
  const data = { phase: 'started', mode: 'maintenance', seconds };
  await addTimelineRecords(tx, [{ organizationId: org, alertGroupId: id, at: now, type: TIMELINE.integrationMode, actor, data }]);
  return id;
}

/** Ends a window now; nothing happens where there is none. False: there is no such integration. */
export async function stopMaintenance(
  tx: Tx,
  deps: WindowDeps,
  org: string,
  integrationId: string,
  actor: Actor,
): Promise<boolean> {
  const found = await lockWindow(tx, org, integrationId);
  if (found === null) return false;
  if (found.window !== null) await endWindow(tx, deps, found.window, actor);
  return true;
}

/** Ends a window whose integration the caller holds. The mode is gone before groups are set free, so that their escalations start. */
async function endWindow(tx: Tx, deps: WindowDeps, window: MaintenanceWindow, actor: Actor): Promise<void> {
  const { organizationId: org, integrationId, alertGroupId } = window;
  const now = deps.clock.now();
  await saveWindow(tx, org, integrationId, null);
  await changed(tx, org, integrationId, null);
  if (window.mode === 'debug') {
    await tellSilencedGroups(tx, window, actor, now);
    return;
  }
  if (alertGroupId === null) return;
  const data = { phase: 'ended', mode: 'maintenance' };
  await addTimelineRecords(tx, [{ organizationId: org, alertGroupId, at: now, type: TIMELINE.integrationMode, actor, data }]);
  await closeMaintenanceGroup(tx, deps, org, alertGroupId, window.atEnd);
}

/** Tells other processes, and pages that are open. */
async function changed(tx: Tx, org: string, integrationId: string, mode: MaintenanceMode | null): Promise<void> {
  await integrationChanged(tx, integrationId);
  const event = { organizationId: org, type: 'integration.maintenance', objectId: integrationId, integrationId, data: { mode } };
  await addLiveEvents(tx, [event]);
}

/** Groups that debug mode kept quiet stay quiet; their timelines say so (escalation.md 1.11). */
async function tellSilencedGroups(tx: Tx, window: MaintenanceWindow, actor: Actor, now: Date): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from alert_group
    where organization_id = ${window.organizationId} and integration_id = ${window.integrationId}
      and started_at >= ${window.startedAt} and is_debug and resolved_at is null`.execute(tx);
  await addTimelineRecords(
    tx,
    rows.map(({ id }) => ({
      organizationId: window.organizationId,
      alertGroupId: id,
      at: now,
      type: TIMELINE.integrationMode,
      actor,
      data: { phase: 'ended', mode: 'debug' },
    })),
  );
}

/** Ends windows whose time is over. Run by a due loop. */
export async function expireMaintenance(deps: WindowDeps & { db: Db }, now: Date): Promise<DueResult> {
  const ran = await inTransaction(deps.db, async (tx) => {
    const windows = await claimOverWindows(tx, now, BATCH);
    for (const window of windows) await endWindow(tx, deps, window, byTimer);
    return windows.length;
  });
  return { ran, nextDueAt: ran === BATCH ? now : await nextWindowEnd(deps.db) };
}

const ENDS: ReadonlySet<GroupChange['event']> = new Set(['resolve', 'wipe', 'delete']);
/** Sources never reach a maintenance group; what the end of a window does needs no second end. */
const NEVER: ReadonlySet<Actor['type']> = new Set(['source', 'maintenance']);

/**
 * Ends the window whose maintenance group somebody resolved, wiped or deleted.
 * @param deps with all hooks of the server, for groups that are set free
 */
export const maintenanceHooks = (deps: () => WindowDeps): AlertGroupHooks => ({
  async onChanged(tx, changes) {
    const ends = changes.filter(
      ({ event, actor, followsRootId }) => ENDS.has(event) && !NEVER.has(actor.type) && followsRootId === null,
    );
    if (ends.length === 0) return;
    for (const window of await lockWindowsOfGroups(tx, ends)) {
      const actor = ends.find((change) => change.alertGroupId === window.alertGroupId)?.actor ?? byTimer;
      await endWindow(tx, deps(), window, actor);
    }
  },
});

const UNITS: readonly [unit: string, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** `1 hour`, `2 days 30 minutes`. */
export function durationInWords(seconds: number): string {
  let rest = seconds;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
  }
  return parts.join(' ');
}
