import { sql } from 'kysely';
import { type AlertGroupHooks, addTimelineRecords, bySystem, type GroupChange, TIMELINE } from '../alerting/index.ts';
import type { Tx } from '../platform/db/database.ts';
import { hurryRetries, MOST_HOPS, oweEventCalls } from './call-store.ts';
import { createdEvent, eventsOf } from './events.ts';
import { blankGroups, forgetGroups } from './response-store.ts';
import { TRIGGERS } from './webhook.ts';

/**
 * What outgoing webhooks do when groups change, in the transaction of the change: a call for each webhook that is to fire. Calls that
 * are being repeated for a state that was left end, so that they do not hold up what comes after them.
 */
export const webhookHooks: AlertGroupHooks = {
  async onChanged(tx, changes, now) {
    const events = changes.flatMap(eventsOf);
    if (events.length > 0) {
      await hurryRetries(tx, events, now);
      await oweEventCalls(tx, events, now);
    }
    await forgetContent(tx, changes);
  },
  async onOpened(tx, groups, now) {
    await addTimelineRecords(
      tx,
      groups
        .filter(({ hop }) => hop >= MOST_HOPS)
        .map(({ organizationId, alertGroupId, hop }) => ({
          organizationId,
          alertGroupId,
          at: now,
          actor: bySystem,
          type: TIMELINE.restricted,
          reason: `passed on by ${hop} servers before this one: no outgoing webhook is called for it`,
        })),
    );
    await oweEventCalls(
      tx,
      groups.map((group) => createdEvent(group, now)),
      now,
    );
  },
  async onResolutionNoteAdded(tx, { organizationId, alertGroupId, noteId }, now) {
    const { rows } = await sql<{ text: string; author_id: string | null; integration_id: string }>`
      select n.text, n.author_id, g.integration_id
      from resolution_note n join alert_group g on g.organization_id = n.organization_id and g.id = n.alert_group_id
      where n.organization_id = ${organizationId} and n.id = ${noteId}`.execute(tx);
    const events = rows.map(({ text, author_id: userId, integration_id: integrationId }) => ({
      organizationId,
      alertGroupId,
      integrationId,
      trigger: 10 as const,
      snapshot: { type: TRIGGERS[10], at: now.toISOString(), userId, text, group: null },
      originIntegrationId: null,
    }));
    await oweEventCalls(tx, events, now);
  },
};

/** What is deleted or wiped is not kept in the log of calls either. */
async function forgetContent(tx: Tx, changes: readonly GroupChange[]): Promise<void> {
  const wiped = changes.filter(({ event }) => event === 'wipe');
  if (wiped.length > 0) await blankGroups(tx, wiped);
  const deleted = changes.filter(({ event }) => event === 'delete');
  if (deleted.length > 0) await forgetGroups(tx, deleted);
}
