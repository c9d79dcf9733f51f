import { sql } from 'kysely';
import { Type } from 'typebox';
import { type AlertGroupHooks, addTimelineRecords, bySystem, TIMELINE } from '../../alerting/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import { type AnyJob, defineJob, type Job, type JobQueue } from '../../platform/jobs/index.ts';
import type { Outbound } from '../../platform/outbound/index.ts';
import { type AcknowledgeHost, acknowledgeTarget } from './acknowledge-target.ts';

type Payload = { organizationId: string; alertGroupId: string };

export type AcknowledgeSourceDeps = {
  db: Db;
  clock: Clock;
  outbound: Outbound;
  /** Hosts that the settings of this server allow for all integrations. */
  serverHosts: readonly AcknowledgeHost[];
};

/** What the timeline says of the call. */
export type AcknowledgeSourceOutcome = {
  outcome: 'called' | 'refused' | 'failed';
  host: string | null;
  statusCode: number | null;
  /** A clause for people; never holds the address, whose query carries credentials. */
  reason: string;
};

/** Types whose senders name an address to call on acknowledgement. */
const TYPES = ['prtg'];
const FIELD = 'ack_url_get';
const TIMEOUT_MS = 10_000;
const MOST_ALERTS_READ = 20;

type Source = { url: string | null; hosts: readonly AcknowledgeHost[] };

/** The `ack_url_get` of a group's newest alert that has one, and whom the integration allows to call. */
async function readSource(db: Db, { organizationId, alertGroupId }: Payload): Promise<Source | null> {
  const { rows } = await sql<{ hosts: { host: string; port?: number | null; plain_http?: boolean }[] }>`
    select i.acknowledge_hosts as hosts from alert_group g
    join integration i on i.organization_id = g.organization_id and i.id = g.integration_id
    where g.organization_id = ${organizationId} and g.id = ${alertGroupId} and i.type = any(${TYPES}::text[]) and i.deleted_at is null`.execute(
    db,
  );
  const [integration] = rows;
  if (integration === undefined) return null;
  const alerts = await sql<{ payload: string }>`
    select payload from alert
    where organization_id = ${organizationId} and alert_group_id = ${alertGroupId} and payload like ${`%"${FIELD}"%`}
    order by created_at desc, id desc limit ${MOST_ALERTS_READ}`.execute(db);
  const hosts = integration.hosts.map(({ host, port, plain_http }) => ({
    host,
    port: port ?? null,
    plainHttp: plain_http ?? false,
  }));
  for (const { payload } of alerts.rows) {
    const url = fieldOf(payload);
    if (url !== null) return { url, hosts };
  }
  return { url: null, hosts };
}

function fieldOf(payload: string): string | null {
  const value = parseJson(payload);
  const url = typeof value === 'object' && value !== null && FIELD in value ? value[FIELD] : null;
  return typeof url === 'string' && url.trim() !== '' ? url : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // taken leniently, as Python reads JSON: NaN and the like
  }
}

async function callSource(deps: AcknowledgeSourceDeps, { hosts }: Source, url: string): Promise<AcknowledgeSourceOutcome> {
  const target = acknowledgeTarget(url, hosts, deps.serverHosts);
  if (!target.ok) return { outcome: 'refused', host: target.host, statusCode: null, reason: target.reason };
  const allow = target.allowedByServer ? { allow: [new URL(target.url).hostname] } : {};
  const answer = await deps.outbound.request({
    method: 'GET',
    url: target.url,
    timeoutMs: TIMEOUT_MS,
    maxResponseBytes: 1_000,
    ...allow,
  });
  const { host } = target;
  if (!answer.ok)
    return { outcome: answer.reason === 'blocked' ? 'refused' : 'failed', host, statusCode: null, reason: answer.message };
  const wasTaken = answer.status >= 200 && answer.status < 400;
  return {
    outcome: wasTaken ? 'called' : 'failed',
    host,
    statusCode: answer.status,
    reason: `${host} answered ${answer.status}`,
  };
}

/**
 * Tells the monitoring system of an acknowledgement: one GET to the address that the group's newest alert names (ingest.md B-21). What
 * came of it is in the timeline, and is not tried again. Runs a second time only when the process ended before that was written.
 */
const createJob = (deps: AcknowledgeSourceDeps): Job<unknown, Payload> =>
  defineJob({
    name: 'integrations.acknowledge_source',
    payload: Type.Object({ organizationId: Type.String(), alertGroupId: Type.String() }),
    maxAttempts: 3,
    async run(_ctx: unknown, payload) {
      const source = await readSource(deps.db, payload);
      if (source === null || source.url === null) return;
      const outcome = await callSource(deps, source, source.url);
      const { organizationId, alertGroupId } = payload;
      const record = {
        organizationId,
        alertGroupId,
        at: deps.clock.now(),
        type: TIMELINE.sourceToldOfAcknowledge,
        actor: bySystem,
        reason: outcome.reason,
      };
      await inTransaction(deps.db, (tx) => addTimelineRecords(tx, [{ ...record, data: outcome }]));
    },
  });

/** Queues the call in the transaction of the acknowledgement, for groups whose senders take one. Only people's acknowledgements count. */
const createHooks = (jobs: JobQueue, job: Job<unknown, Payload>): AlertGroupHooks => ({
  async onChanged(tx, changes) {
    const acknowledged = changes.filter(({ event, actor }) => event === 'acknowledge' && actor.type === 'user');
    if (acknowledged.length === 0) return;
    const told = await integrationsTold(tx, acknowledged);
    for (const { organizationId, alertGroupId, integrationId } of acknowledged) {
      if (!told.has(`${organizationId} ${integrationId}`)) continue;
      await jobs.add(tx, job, { organizationId, alertGroupId });
    }
  },
});

async function integrationsTold(
  tx: Tx,
  changes: readonly { organizationId: string; integrationId: string }[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ organization_id: string; id: string }>`
    select distinct i.organization_id, i.id
    from unnest(${changes.map((c) => c.organizationId)}::text[], ${changes.map((c) => c.integrationId)}::text[]) as c (organization_id, id)
    join integration i using (organization_id, id) where i.type = any(${TYPES}::text[])`.execute(tx);
  return new Set(rows.map((row) => `${row.organization_id} ${row.id}`));
}

/** The job that calls sources, and the hooks that queue it. */
export function createAcknowledgeSource(deps: AcknowledgeSourceDeps & { jobs: JobQueue }): {
  hooks: AlertGroupHooks;
  job: AnyJob<unknown>;
} {
  const job = createJob(deps);
  return { hooks: createHooks(deps.jobs, job), job };
}
