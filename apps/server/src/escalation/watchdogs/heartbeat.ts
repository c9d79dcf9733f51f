import type { Db } from '../../platform/db/database.ts';
import type { DueResult } from '../../platform/due/due-loop.ts';
import type { Log } from '../../platform/log.ts';
import type { Outbound } from '../../platform/outbound/index.ts';
import { escalationHealth } from './health.ts';

export type HeartbeatDeps = {
  db: Db;
  log: Log;
  outbound: Outbound;
  /** Another site that raises the alarm when it is not fetched any more. */
  url: string;
  everySeconds: number;
};

const TIMEOUT_MS = 10_000;

/**
 * The ping outward (escalation.md 6.2, W7): fetches a URL while the self-checks find nothing, and leaves it alone while they find something
 * or cannot be asked. Whoever chose the URL chose its host too, so that it may be a private one. Run by a due loop.
 */
export function createHeartbeat(deps: HeartbeatDeps): { run: (now: Date) => Promise<DueResult> } {
  const { db, log, outbound, url, everySeconds } = deps;
  const { hostname, host } = new URL(url);
  const everyMs = everySeconds * 1_000;
  let nextAt = 0;
  return {
    async run(now) {
      // A clock that was set back must not put the ping off.
      const isDue = now.getTime() >= nextAt || nextAt - now.getTime() > everyMs;
      if (!isDue) return { ran: 0, nextDueAt: new Date(nextAt) };
      const health = await escalationHealth(db, now);
      if (health.ok) {
        const answer = await outbound.request({
          method: 'GET',
          url,
          timeoutMs: TIMEOUT_MS,
          maxResponseBytes: 1_000,
          allow: [hostname],
        });
        if (!answer.ok) log.warn({ host, reason: answer.message }, 'the heartbeat could not be sent');
        else if (answer.status >= 300) log.warn({ host, status: answer.status }, 'the heartbeat was not taken');
      } else {
        log.error({ checks: health.checks.filter((check) => !check.ok) }, 'the heartbeat is held back');
      }
      nextAt = now.getTime() + everyMs;
      return { ran: 0, nextDueAt: new Date(nextAt) };
    },
  };
}
