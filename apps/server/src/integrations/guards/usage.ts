import { sql } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Log } from '../../platform/log.ts';

/** Notes when secrets and replaced keys were last used, soon and at most once a minute for each. */
export interface UsageNotes {
  secret(organizationId: string, id: string): void;
  previousToken(organizationId: string, integrationId: string): void;
  /** Writes what waits. */
  flush(): Promise<void>;
}

type Note = { kind: 'secret' | 'token'; organizationId: string; id: string; at: Date };

const EVERY_MS = 60_000;
const WRITE_AFTER_MS = 500;

export function createUsageNotes({ db, clock, log }: { db: Db; clock: Clock; log: Log }): UsageNotes {
  const notedAt = new Map<string, number>();
  let waiting: Note[] = [];
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = Promise.resolve();

  function note(kind: Note['kind'], organizationId: string, id: string): void {
    const key = `${kind} ${organizationId} ${id}`;
    const nowMs = clock.now().getTime();
    if (nowMs - (notedAt.get(key) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return;
    notedAt.set(key, nowMs);
    waiting.push({ kind, organizationId, id, at: clock.now() });
    timer ??= setTimeout(() => void flush(), WRITE_AFTER_MS);
  }

  async function write(): Promise<void> {
    const notes = waiting;
    waiting = [];
    const rowsOf = (kind: Note['kind']) => {
      const own = notes.filter((each) => each.kind === kind);
      return sql`unnest(${own.map((each) => each.organizationId)}::text[], ${own.map((each) => each.id)}::text[],
        ${own.map((each) => each.at.toISOString())}::timestamptz[]) as n (organization_id, id, at)`;
    };
    if (notes.some(({ kind }) => kind === 'secret')) {
      await sql`
        update integration_secret s set last_used_at = n.at from ${rowsOf('secret')}
        where s.organization_id = n.organization_id and s.id = n.id`.execute(db);
    }
    if (notes.some(({ kind }) => kind === 'token')) {
      await sql`
        update integration i set previous_token_used_at = n.at from ${rowsOf('token')}
        where i.organization_id = n.organization_id and i.id = n.id`.execute(db);
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    underWay = underWay.then(write).catch((err) => log.error({ err }, 'the use of secrets could not be noted'));
    return underWay;
  }

  return {
    secret: (organizationId, id) => note('secret', organizationId, id),
    previousToken: (organizationId, integrationId) => note('token', organizationId, integrationId),
    flush,
  };
}
