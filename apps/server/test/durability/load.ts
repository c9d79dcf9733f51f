import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from './random.ts';

/** What a sender knows of one of its alerts. `unknown`: the answer was not a 2xx or did not come, so it may have been taken or not. */
export type SentAlert = { n: number; key: string; recovers: boolean; fate: 'accepted' | 'unknown' };

export type Sender = {
  integrationId: string;
  alerts: SentAlert[];
  /** Answers other than 2xx and 503: there must be none, for a well-formed alert is never refused. */
  refusals: string[];
};

export interface Load {
  readonly senders: readonly Sender[];
  /** Alerts answered 2xx so far. */
  accepted(): number;
  /** Ends it after the alerts that are under way. */
  stop(): Promise<void>;
}

export type LoadOptions = {
  integrations: readonly { id: string; path: string }[];
  seed: number;
  /** Address of a server that takes alerts now. */
  url: () => string;
  acknowledgeUrl: string;
  /** Longest wait between two alerts of a sender. */
  paceMs: number;
};

const KEYS = 6;
const ANSWER_WITHIN_MS = 20_000;
const FIRST_WAIT_AFTER_FAILURE_MS = 20;
const LAST_WAIT_AFTER_FAILURE_MS = 500;

/**
 * Senders that each number the alerts of their own integration and send one after the other. A number is never sent twice: whoever
 * gets no answer goes on with the next one.
 */
export function startLoad(options: LoadOptions): Load {
  let sending = true;
  const senders = options.integrations.map(({ id }): Sender => ({ integrationId: id, alerts: [], refusals: [] }));

  async function send(sender: Sender, path: string, alert: Omit<SentAlert, 'fate'>): Promise<SentAlert['fate']> {
    const body = {
      alert_uid: alert.key,
      n: alert.n,
      title: `alert ${alert.n} of ${alert.key}`,
      state: alert.recovers ? 'ok' : 'alerting',
      message: 'Request timed out (ICMP error # 11010)',
      ack_url_get: `${options.acknowledgeUrl}/acknowledge/${sender.integrationId}/${alert.n}`,
    };
    try {
      const answer = await fetch(options.url() + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const text = await answer.text();
      if (answer.status >= 200 && answer.status < 300) return 'accepted';
      if (answer.status !== 503 || answer.headers.get('retry-after') === null)
        sender.refusals.push(`alert ${alert.n}: ${answer.status} ${text.slice(0, 200)}`);
    } catch {
      // No answer, or half of one: the connection broke with its server.
    }
    return 'unknown';
  }

  const work = senders.map(async (sender, index) => {
    const random = createRandom(options.seed * 1_000 + index);
    const path = options.integrations[index]?.path ?? '';
    let failures = 0;
    for (let n = 1; sending; n += 1) {
      const alert = { n, key: `key ${random.between(1, KEYS)}`, recovers: random.next() < 0.15 };
      const fate = await send(sender, path, alert);
      sender.alerts.push({ ...alert, fate });
      failures = fate === 'unknown' ? failures + 1 : 0;
      const waitMs = Math.min(FIRST_WAIT_AFTER_FAILURE_MS * 2 ** (failures - 1), LAST_WAIT_AFTER_FAILURE_MS);
      await sleep(fate === 'unknown' ? waitMs : random.between(0, options.paceMs));
    }
  });
  return {
    senders,
    accepted: () => senders.reduce((sum, { alerts }) => sum + alerts.filter(({ fate }) => fate === 'accepted').length, 0),
    async stop() {
      sending = false;
      await Promise.all(work);
    },
  };
}
