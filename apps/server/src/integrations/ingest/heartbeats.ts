import { sql } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';

export interface Heartbeats {
  /** Settles when the time of the sign is stored. @throws when it cannot be stored */
  seen(organizationId: string, integrationId: string): Promise<void>;
}

type Sign = { organizationId: string; integrationId: string; at: Date };

/** Stores when an integration was last heard of. Signs that arrive during a write share the next one. */
export function createHeartbeats({ db, clock, log }: { db: Db; clock: Clock; log: Log }): Heartbeats {
  let next: { signs: Map<string, Sign>; written: Promise<void> } | null = null;
  let underWay: Promise<void> = Promise.resolve();

  async function write(signs: ReadonlyMap<string, Sign>): Promise<void> {
    const rows = [...signs.values()].sort((a, b) => (a.integrationId < b.integrationId ? -1 : 1));
    await sql`
      insert into integration_heartbeat as h (organization_id, integration_id, id, last_heartbeat_at, armed_at, due_at)
      select t.organization_id, t.integration_id, t.id, t.at, t.at, t.at + interval '600 seconds'
      from unnest(${rows.map((r) => r.organizationId)}::text[], ${rows.map((r) => r.integrationId)}::text[],
                  ${rows.map(() => newId('B'))}::text[], ${rows.map((r) => r.at.toISOString())}::timestamptz[])
        as t (organization_id, integration_id, id, at)
      join integration i on i.organization_id = t.organization_id and i.id = t.integration_id
      on conflict (organization_id, integration_id) do update
      set last_heartbeat_at = greatest(h.last_heartbeat_at, excluded.last_heartbeat_at),
          armed_at = coalesce(h.armed_at, excluded.armed_at),
          due_at = case
            when not h.is_enabled then null
            when h.expired_at is not null then excluded.last_heartbeat_at -- at once: it is back
            else greatest(h.last_heartbeat_at, excluded.last_heartbeat_at) + make_interval(secs => h.timeout_seconds) end`.execute(
      db,
    );
  }

  return {
    seen(organizationId, integrationId) {
      if (next === null) {
        const signs = new Map<string, Sign>();
        const written = underWay.then(() => {
          next = null;
          return write(signs);
        });
        next = { signs, written };
        underWay = written.catch((err) => log.error({ err, signs: signs.size }, 'heartbeats could not be stored'));
      }
      next.signs.set(integrationId, { organizationId, integrationId, at: clock.now() });
      return next.written;
    },
  };
}
