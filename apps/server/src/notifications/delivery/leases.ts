import { sql } from 'kysely';
import { startDueLoop } from '../../platform/due/due-loop.ts';
import type { Channel, ClaimedDelivery, SendOutcome } from '../channel.ts';
import { type ChannelId, channelInfo, isChannelId } from '../channels.ts';
import { DELIVERY_NOTIFY_CHANNEL } from '../ledger.ts';
import { failUnavailable } from './claim.ts';
import { decideAfterAttempt } from './decide.ts';
import { type DeliveryRow, fromRow } from './delivery-row.ts';
import type { DeliveryDeps, DeliveryLoop } from './loop.ts';
import { createOutcomeWriter, type OutcomeWriter } from './outcomes.ts';

const CHECK_EVERY_MS = 5_000;
const AT_ONCE = 200;

/**
 * Takes over what was in the hands of a process that died (escalation.md G13, G14, W3): asks the provider where it can tell, and
 * otherwise has the page repeated once, then given up as unknown. Also ends, with error 24, what is owed on channels that this server
 * has no adapter for.
 */
export function startLeaseLoop(
  deps: DeliveryDeps,
  channels: readonly Channel[],
): Pick<DeliveryLoop, 'name' | 'wake' | 'runUntilIdle' | 'stop' | 'health'> {
  const { db, clock, log, metrics, random = Math.random } = deps;
  const byId = new Map<string, Channel>(channels.map((channel) => [channel.id, channel]));
  const available: readonly string[] = [...byId.keys()];
  const writers = new Map<string, OutcomeWriter>();
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const writerOf = (id: ChannelId): OutcomeWriter => {
    const known = writers.get(id) ?? createOutcomeWriter({ ...deps, sleep }, byId.get(id) ?? { id });
    writers.set(id, known);
    return known;
  };

  async function askProvider(delivery: ClaimedDelivery): Promise<SendOutcome> {
    const lost: SendOutcome = { kind: 'unknown', reason: 'the server stopped while it was being sent' };
    try {
      const answer = (await byId.get(delivery.channel)?.lookup?.(delivery)) ?? 'unknown';
      if (answer === 'not_found') return { kind: 'transient', reason: 'the provider did not get it', blames: 'recipient' };
      return answer === 'unknown' ? lost : { kind: answer };
    } catch (err) {
      log.warn({ err, channel: delivery.channel, delivery: delivery.id }, 'a provider could not say whether it had a page');
      return lost;
    }
  }

  async function takeOver(delivery: ClaimedDelivery): Promise<void> {
    const outcome = await askProvider(delivery);
    const now = clock.now();
    const decision = decideAfterAttempt(channelInfo(delivery.channel), { delivery, outcome, now, jitter: random() });
    const taken = await writerOf(delivery.channel).write({ delivery, decision, at: now });
    if (taken === 'dropped') return;
    log.warn(
      { channel: delivery.channel, delivery: delivery.id, state: decision.state },
      'a page was taken over after its lease',
    );
    if (decision.state === 'owed') metrics.retried(delivery.channel);
    else metrics.ended(delivery.channel, decision.state);
  }

  const loop = startDueLoop({
    name: 'deliveries.leases',
    clock,
    log,
    pollMs: CHECK_EVERY_MS,
    ...(deps.manual === undefined ? {} : { manual: deps.manual }),
    async run(now) {
      const { rows } = await sql<DeliveryRow>`
        select organization_id, id, key, channel, alert_group_id, user_id, rule_id, important, paged, attempts, unknown_attempts,
               created_at, deadline_at, first_attempt_at
        from delivery where state = 'sending' and lease_until <= ${now} order by lease_until limit ${AT_ONCE}`.execute(db);
      const expired = rows.flatMap((row) => (isChannelId(row.channel) ? [fromRow(row, row.channel)] : []));
      await Promise.all(expired.map(takeOver));
      const ended = await failUnavailable(db, available, now, AT_ONCE);
      for (const { channel, state } of ended) metrics.ended(channel, state);
      return { ran: expired.length + ended.length, nextDueAt: null };
    },
  });
  deps.hub?.listen(DELIVERY_NOTIFY_CHANNEL, (channel) => !available.includes(channel) && loop.wake());
  return loop;
}
