import { sql } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Log } from '../../platform/log.ts';

/** A request that was refused, or read leniently (ingest.md B-34). */
export type IngestEvent = {
  organizationId: string;
  integrationId: string;
  status: number;
  size: number;
  note: string;
  body: Buffer;
};

export interface IngestLog {
  /** Writes it soon. Beyond what is reasonable events are counted, not kept: the log must not become the load. */
  add(event: IngestEvent): void;
  /** Writes what waits. */
  flush(): Promise<void>;
}

const BODY_START = 1_024;
const KEPT_PER_INTEGRATION = 100;
const MAX_WAITING = 500;
const WRITE_AFTER_MS = 250;

export function createIngestLog({ db, clock, log }: { db: Db; clock: Clock; log: Log }): IngestLog {
  let waiting: (Omit<IngestEvent, 'body'> & { at: Date; bodyStart: string })[] = [];
  let left = 0;
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const events = waiting;
    waiting = [];
    if (left > 0) log.warn({ left }, 'refused requests beyond what the ingest log keeps');
    left = 0;
    if (events.length === 0) return;
    await sql`
      insert into ingest_log (organization_id, integration_id, at, status, size, note, body_start)
      select * from unnest(${events.map((e) => e.organizationId)}::text[], ${events.map((e) => e.integrationId)}::text[],
        ${events.map((e) => e.at.toISOString())}::timestamptz[], ${events.map((e) => e.status)}::smallint[],
        ${events.map((e) => e.size)}::int[], ${events.map((e) => e.note)}::text[], ${events.map((e) => e.bodyStart)}::text[])`.execute(
      db,
    );
    const integrations = [...new Set(events.map((event) => event.integrationId))];
    await sql`
      delete from ingest_log l using (
        select organization_id, id, row_number() over (partition by integration_id order by at desc, id desc) as place
        from ingest_log
        where organization_id = any(${[...new Set(events.map((event) => event.organizationId))]}::text[])
          and integration_id = any(${integrations}::text[])
      ) old
      where l.organization_id = old.organization_id and l.id = old.id and old.place > ${KEPT_PER_INTEGRATION}`.execute(db);
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    underWay = underWay.then(write).catch((err) => log.error({ err }, 'the ingest log could not be written'));
    return underWay;
  }

  return {
    flush,
    add({ body, ...event }) {
      if (waiting.length >= MAX_WAITING) {
        left += 1;
        return;
      }
      // A character that the cut parts, and NUL, which text columns refuse, are replaced.
      const bodyStart = body.subarray(0, BODY_START).toString('utf8').replaceAll('\u0000', '\uFFFD');
      waiting.push({ ...event, at: clock.now(), bodyStart });
      timer ??= setTimeout(() => void flush(), WRITE_AFTER_MS);
    },
  };
}
