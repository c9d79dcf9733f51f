import { isQuiet, listOrganizations, readOrganizationSettings } from './access/index.ts';
import { type ActionDeps, erasePayloads, forgetAlertGroups } from './alerting/index.ts';
import { forgetAudit, recordAudit, systemSource } from './audit/index.ts';
import { inTransaction } from './platform/db/create-db.ts';
import type { Db } from './platform/db/database.ts';
import { forgetWebhookCalls } from './webhooks/index.ts';

const DAY_MS = 86_400_000;

type Deps = ActionDeps & { readonly db: Db };

/**
 * Removes what each organization keeps no longer (operations.md 10), outside its quiet hours. What fails in one organization holds up no
 * other; the job then runs again.
 */
export async function applyRetention(deps: Deps): Promise<void> {
  const failures: unknown[] = [];
  for (const { id } of await listOrganizations(deps.db)) {
    try {
      await applyTo(deps, id);
    } catch (err) {
      failures.push(err);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `retention failed in ${failures.length} organizations`);
}

async function applyTo(deps: Deps, org: string): Promise<void> {
  const { db } = deps;
  const now = deps.clock.now();
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const { retention, defaultTimezone } = await readOrganizationSettings(db, org);
  if (isQuiet(retention.quiet_hours, defaultTimezone, now)) return;
  const { alert_group_days: groupDays, alert_payload_days: payloadDays } = retention;
  const groups = groupDays === null ? 0 : await forgetAlertGroups(deps, org, before(groupDays));
  const payloads = payloadDays === null ? 0 : await erasePayloads(db, org, before(payloadDays));
  await forgetWebhookCalls(db, org, before(retention.webhook_response_days), now);
  await forgetAudit(db, org, before(retention.audit_days));
  if (groups + payloads === 0) return;
  const note = `alert groups deleted: ${groups}; payloads blanked: ${payloads}`;
  const resource = { type: 'organization', id: org, name: '' };
  await inTransaction(db, (tx) =>
    recordAudit(tx, org, systemSource, { type: 'operations', name: 'data_purged', resource, note }, now),
  );
}
