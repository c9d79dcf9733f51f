import { sql } from 'kysely';
import { inTransaction } from '../../platform/db/create-db.ts';
import type { Db, Tx } from '../../platform/db/database.ts';
import type { DueResult } from '../../platform/due/due-loop.ts';
import type { Log } from '../../platform/log.ts';
import type { EscalationMetrics } from '../metrics.ts';
import type { NotifyAdmins } from '../ports.ts';
import { endOrphans, findOverdue } from './due-work.ts';
import { reviveEscalations } from './liveness.ts';
import { closeExpired, findUnaccounted } from './pages.ts';

export type WatchdogDeps = {
  db: Db;
  log: Log;
  metrics: EscalationMetrics;
  notifyAdmins: NotifyAdmins;
  /** Makes the loops of this process look at once. */
  wakeLoops: () => void;
};

type Check = { name: 'due_work' | 'liveness' | 'pages'; everySeconds: number; run: (tx: Tx, now: Date) => Promise<number> };

/** One process looks at a time. */
const WATCHDOG_LOCK = 7_701_004;

/**
 * The self-checks of escalation.md 6.2 that repair or raise the alarm (W1, W2, W4); W5 is `checkReached`. What they find is logged at
 * error, counted in `tocsin_watchdog_violations`, and told to the admins by e-mail. Run by a due loop of its own, after the others.
 */
export function createWatchdogs(deps: WatchdogDeps): { run: (now: Date) => Promise<DueResult> } {
  const checks: Check[] = [
    { name: 'due_work', everySeconds: 15, run: (tx, now) => watchDueWork(tx, deps, now) },
    { name: 'liveness', everySeconds: 60, run: (tx, now) => watchLiveness(tx, deps, now) },
    { name: 'pages', everySeconds: 15, run: (tx, now) => watchPages(tx, deps, now) },
  ];
  const nextAt = new Map<Check, number>();
  const isDue = (check: Check, now: Date) => {
    const at = nextAt.get(check) ?? 0;
    // A clock that was set back must not put the checks off.
    return now.getTime() >= at || at - now.getTime() > check.everySeconds * 1_000;
  };
  return {
    async run(now) {
      for (const check of checks.filter((each) => isDue(each, now))) {
        const violations = await inTransaction(deps.db, async (tx) => {
          const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${WATCHDOG_LOCK}) as mine`.execute(tx);
          return rows[0]?.mine === true ? check.run(tx, now) : 0;
        });
        deps.metrics.violations(check.name, violations);
        nextAt.set(check, now.getTime() + check.everySeconds * 1_000);
      }
      return { ran: 0, nextDueAt: new Date(Math.min(...[...nextAt.values()])) };
    },
  };
}

async function watchDueWork(tx: Tx, deps: WatchdogDeps, now: Date): Promise<number> {
  const orphans = await endOrphans(tx, now);
  if (orphans > 0) deps.log.error({ orphans }, 'escalations of alert groups that are gone were ended');
  const overdue = await findOverdue(tx, now);
  const count = overdue.runs + overdue.lists + overdue.silences;
  if (count > 0) {
    deps.log.error(overdue, 'escalations are overdue');
    deps.wakeLoops();
  }
  return count + orphans;
}

async function watchLiveness(tx: Tx, deps: WatchdogDeps, now: Date): Promise<number> {
  const { repaired, groups } = await reviveEscalations(tx, now);
  if (repaired === 0) return 0;
  deps.log.error(
    { repaired, groups: groups.slice(0, 20).map(({ alertGroupId }) => alertGroupId) },
    'escalations without a next step were started again',
  );
  for (const organizationId of new Set(groups.map((group) => group.organizationId))) {
    const count = groups.filter((group) => group.organizationId === organizationId).length;
    await deps.notifyAdmins(
      tx,
      {
        organizationId,
        kind: 'escalation_stuck',
        subject: 'Escalations had stopped and were started again',
        text: `${count} alert ${count === 1 ? 'group was' : 'groups were'} firing with no next escalation step. The escalation goes on now. This should never happen: please look at the server's log.`,
      },
      now,
    );
  }
  deps.wakeLoops();
  return repaired;
}

async function watchPages(tx: Tx, deps: WatchdogDeps, now: Date): Promise<number> {
  const unaccounted = await findUnaccounted(tx, now);
  const closed = await closeExpired(tx, now);
  if (closed > 0) deps.log.error({ closed }, 'pages were past their deadline without an outcome');
  for (const organizationId of new Set(unaccounted.map((each) => each.organizationId))) {
    const own = unaccounted.filter((each) => each.organizationId === organizationId);
    const pages = own.reduce((sum, each) => sum + each.pages, 0);
    const channels = own
      .map(({ channel, pages: n, oldestSeconds }) => `${n} by ${channel} (the oldest for ${oldestSeconds} s)`)
      .join(', ');
    deps.log.error({ organizationId, channels: own }, 'pages are due and nobody sends them');
    await deps.notifyAdmins(
      tx,
      {
        organizationId,
        kind: 'page_unaccounted',
        subject: 'Pages are not going out',
        text: `${pages} ${pages === 1 ? 'page is' : 'pages are'} due and not sent: ${channels}. Please check the channel's provider and the server, and look after the firing alert groups meanwhile.`,
      },
      now,
    );
  }
  if (unaccounted.length > 0) deps.wakeLoops();
  return unaccounted.reduce((sum, each) => sum + each.pages, 0) + closed;
}
