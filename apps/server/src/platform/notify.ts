import { sql } from 'kysely';
import pg from 'pg';
import type { ConnectionConfig } from './db/create-db.ts';
import type { Db, Tx } from './db/database.ts';
import type { Log } from './log.ts';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
const CHECK_EVERY_MS = 15_000;

export type ListenOptions = {
  /** Called when messages may have been missed, because the connection had been lost and is there again. */
  onGap?: () => void;
};

/** Hears what transactions announced with `notify`, on a connection of its own. */
export interface Hub {
  /** Listens from now on. A handler must not throw; what it does is its own business. */
  listen(channel: string, handler: (payload: string) => void, options?: ListenOptions): void;
  /** Settles once the connection stands and listens to every channel asked for so far. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

type Listener = { handler: (payload: string) => void; onGap: () => void };

/** Announces on a channel when the transaction commits; at most 7,999 bytes. Equal messages of one transaction arrive once. */
export async function notify(tx: Tx | Db, channel: string, payload = ''): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(tx);
}

/** Connects in the background and reconnects, with waits that double up to five seconds, until it is closed. */
export function createHub(connection: ConnectionConfig, log: Log): Hub {
  const listeners = new Map<string, Listener[]>();
  let client: pg.Client | null = null;
  let closed = false;
  let retryMs = FIRST_RETRY_MS;
  let connectedBefore = false;
  let timer: NodeJS.Timeout | undefined;
  let waiting: (() => void)[] = [];
  let lastQuery: Promise<unknown> = Promise.resolve();

  const call = (channel: string, run: () => void) => {
    try {
      run();
    } catch (err) {
      log.error({ err, channel }, 'a listener failed');
    }
  };

  const onBroken = (broken: pg.Client, err?: unknown) => {
    if (client !== broken) return;
    client = null;
    clearTimeout(timer);
    broken.removeAllListeners();
    broken.on('error', () => undefined);
    broken.end().catch(() => undefined);
    if (closed) return;
    log.warn({ err, retryMs }, 'the listening connection broke');
    timer = setTimeout(() => void connect(), retryMs);
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  };

  /** One query after the other, whoever asks. */
  const ask = (on: pg.Client, text: string): Promise<unknown> => {
    const answer = lastQuery.then(() => on.query({ text, query_timeout: 5_000 } as pg.QueryConfig));
    lastQuery = answer.catch(() => undefined);
    return answer;
  };
  const listenTo = (on: pg.Client, channel: string) => ask(on, `listen ${pg.escapeIdentifier(channel)}`);

  const checkLater = (checked: pg.Client) => {
    timer = setTimeout(() => {
      ask(checked, 'select 1').then(
        () => client === checked && checkLater(checked),
        (err) => onBroken(checked, err),
      );
    }, CHECK_EVERY_MS);
  };

  async function connect(): Promise<void> {
    const fresh = new pg.Client({
      ...connection,
      application_name: 'tocsin listen',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    client = fresh;
    fresh.on('error', (err) => onBroken(fresh, err));
    fresh.on('end', () => onBroken(fresh));
    fresh.on('notification', ({ channel, payload }) => {
      for (const { handler } of listeners.get(channel) ?? []) call(channel, () => handler(payload ?? ''));
    });
    try {
      await fresh.connect();
      for (const channel of listeners.keys()) await listenTo(fresh, channel);
    } catch (err) {
      onBroken(fresh, err);
      return;
    }
    if (client !== fresh) return;
    retryMs = FIRST_RETRY_MS;
    checkLater(fresh);
    if (connectedBefore) {
      for (const [channel, all] of listeners) for (const { onGap } of all) call(channel, onGap);
    }
    connectedBefore = true;
    for (const settle of waiting) settle();
    waiting = [];
  }

  void connect();

  return {
    listen(channel, handler, options = {}) {
      const known = listeners.get(channel);
      const listener: Listener = { handler, onGap: options.onGap ?? (() => undefined) };
      if (known !== undefined) {
        known.push(listener);
        return;
      }
      listeners.set(channel, [listener]);
      const current = client;
      if (current !== null && connectedBefore) listenTo(current, channel).catch((err) => onBroken(current, err));
    },
    async ready() {
      const current = client;
      if (current !== null && connectedBefore) {
        await ask(current, 'select 1');
        return;
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
      if (client !== null) await ask(client, 'select 1');
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      const last = client;
      client = null;
      last?.removeAllListeners('end');
      await last?.end();
    },
  };
}
