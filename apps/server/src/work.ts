import { expireSilences } from './alerting/index.ts';
import { loopObserver, type StartWork } from './background.ts';
import type { Context } from './context.ts';
import { type Domains, domainsOf, emailSettings } from './domains.ts';
import {
  advancePersonalRuns,
  advanceRuns,
  checkReached,
  createHeartbeat,
  createWatchdogs,
  ESCALATION_NOTIFY_CHANNEL,
  remindAcknowledged,
} from './escalation/index.ts';
import { HOUSEKEEPING_CRON, HOUSEKEEPING_JOBS } from './housekeeping.ts';
import { createTitleRenderer, expireMaintenance, renderForEmail, startPipeline, watchHeartbeats } from './integrations/index.ts';
import { LIVE_CRON, pruneLiveEvents } from './live/index.ts';
import {
  createDeliveryMetrics,
  createEmailChannel,
  createWebhookChannel,
  type DeliveryDeps,
  startNotifications,
} from './notifications/index.ts';
import { PAGING_CRON, syncPaging } from './paging/index.ts';
import { createPipelinePorts } from './pipeline-ports.ts';
import { countNewTables } from './platform/db/first-statistics.ts';
import { type DueLoop, type DueResult, startDueLoop } from './platform/due/due-loop.ts';
import { folderLog } from './platform/log.ts';
import { refreshFeeds, watchSchedules } from './schedules/index.ts';
import { startWebhookCalls } from './webhooks/index.ts';

/** New alerts, by shard. */
export const INBOUND_WAKE = 'inbound alerts';
/** A storm's steps come due one after the other; so long apart they are carried out together. */
const STEPS_REST_MS = 50;
/** How many alerts were accepted just now. */
export const INBOUND_ACCEPTED = 'accepted alerts';

/** Starts what every domain does without being asked over HTTP. */
export const startWork: StartWork = (ctx, { manual }) => {
  const domains = domainsOf(ctx);
  const { db, clock, hub, metrics } = ctx;
  const onRun = loopObserver(metrics);
  const loop = (name: string, run: (now: Date) => Promise<DueResult>, channel?: string, restMs = 0): DueLoop =>
    startDueLoop({
      name,
      clock,
      log: folderLog(ctx.log, 'due'),
      hub,
      manual,
      onRun,
      run,
      restMs,
      ...(channel === undefined ? {} : { channel }),
    });

  const { engine, hooks } = domains;
  const stepping = { ...engine, db: ctx.loops };
  const personal = loop(
    'personal notification',
    (now) => advancePersonalRuns(stepping, now),
    ESCALATION_NOTIFY_CHANNEL,
    STEPS_REST_MS,
  );
  const steps = loop(
    'escalation',
    async (now) => {
      const result = await advanceRuns(stepping, now);
      if (result.ran > 0) personal.wake(); // a step that notifies starts personal lists, which are due at once
      return result;
    },
    ESCALATION_NOTIFY_CHANNEL,
    STEPS_REST_MS,
  );
  const escalation = [
    steps,
    personal,
    loop('acknowledge reminders', (now) =>
      remindAcknowledged({ db, log: engine.log, hooks, tell: domains.tellPerson, linkOfGroup: domains.linkOfGroup }, now),
    ),
    loop('ends of silences', (now) => expireSilences({ db, clock, hooks }, now)),
    loop('nobody reached', (now) => checkReached(engine, now)),
  ];
  const deliveries = startDeliveries(ctx, domains, manual);
  const wakeEngine = () => {
    for (const each of [...escalation, ...deliveries]) each.wake();
  };
  const { notifyAdmins } = engine.ports;
  const watchdogs = createWatchdogs({ db, log: engine.log, metrics: engine.metrics, notifyAdmins, wakeLoops: wakeEngine });
  const pipeline = startPipeline({
    db,
    hub,
    clock,
    log: folderLog(ctx.log, 'integrations'),
    templates: domains.templates,
    manual,
    onRun,
    // The first steps of new runs; what follows them is announced by whoever causes it.
    ports: createPipelinePorts(domains, ctx.config, () => steps.wake()),
  });
  ctx.wakes.on(INBOUND_WAKE, (shards) => pipeline.wake(shards));
  ctx.wakes.on(INBOUND_ACCEPTED, ([alerts = 0]) => pipeline.accepted(alerts));
  const feeds = loop('calendar feeds', (now) =>
    refreshFeeds({ db, clock, outbound: ctx.outbound, log: folderLog(ctx.log, 'schedules') }, now),
  );
  const called = metrics.counter('tocsin_outgoing_webhook_total', 'Requests of outgoing webhooks', ['trigger', 'status_class']);
  const webhooks = startWebhookCalls({
    ...domains.webhooks,
    log: folderLog(ctx.log, 'webhooks'),
    hub,
    maxAttempts: ctx.config.limits.webhookAttempts,
    tellOwner: domains.tellOfFailingWebhook,
    onAttempt: ({ trigger, status }) => called.inc({ trigger, status_class: status }),
    manual,
    onRun,
  });
  const integrations = [
    loop('new titles', createTitleRenderer({ db, clock, templates: domains.templates, log: folderLog(ctx.log, 'integrations') })),
    loop('ends of maintenance', (now) => expireMaintenance({ db, clock, hooks }, now)),
    loop('integration heartbeats', (now) => watchHeartbeats({ db }, now)),
  ];
  const watch = loop('schedule events', (now) => watchSchedules({ db, onBroken: domains.onBrokenSchedule }, now));
  const counting = loop('new tables', async () => {
    await countNewTables(db);
    return { ran: 0, nextDueAt: null };
  });
  return {
    loops: [
      ...pipeline.loops,
      ...escalation,
      ...deliveries,
      ...integrations,
      webhooks,
      feeds,
      watch,
      counting,
      ...(ctx.config.escalation.auditorEnabled ? [loop('watchdogs', watchdogs.run)] : []),
      ...startHeartbeat(ctx, engine, loop),
    ],
    jobs: [...HOUSEKEEPING_JOBS, pruneLiveEvents, syncPaging, ...domains.jobs],
    cron: [...HOUSEKEEPING_CRON, ...LIVE_CRON, ...PAGING_CRON],
  };
};

/** The ping outward, where the settings name a URL for it. */
function startHeartbeat(
  { config, outbound }: Context,
  { db, log }: Domains['engine'],
  loop: (name: string, run: (now: Date) => Promise<DueResult>) => DueLoop,
): DueLoop[] {
  const { heartbeatUrl: url, heartbeatEverySeconds: everySeconds } = config.escalation;
  if (url === null) return [];
  return [loop('heartbeat outward', createHeartbeat({ db, log, outbound, url, everySeconds }).run)];
}

function startDeliveries(ctx: Context, domains: Domains, manual: boolean) {
  const { loops: db, clock, config } = ctx;
  const deps: DeliveryDeps = {
    db,
    clock,
    log: folderLog(ctx.log, 'notifications'),
    metrics: createDeliveryMetrics(ctx.metrics, db, () => clock.now()),
    hub: ctx.hub,
    dailyLimits: { email: config.limits.emailsPerUserAndDay, phone: config.limits.emailsPerUserAndDay },
    recordDuplicates: domains.recordDuplicates,
    manual,
  };
  const channels = [
    createEmailChannel({
      db,
      clock,
      baseUrl: config.baseUrl,
      settings: () => emailSettings(ctx),
      render: (pages) => renderForEmail(domains.templates, pages, domains.linkOfGroup),
    }),
    createWebhookChannel({ ...domains.webhooks, db }),
  ].filter(({ id }) => id !== 'webhook' || config.features.personalWebhook);
  return startNotifications(deps, channels).loops;
}
