import {
  type AlertGroupHooks,
  addTimelineRecords,
  bySystem,
  combineHooks,
  ESCALATION_ERROR,
  TIMELINE,
} from './alerting/index.ts';
import type { Context } from './context.ts';
import { createEscalationMetrics, type EngineDeps, escalationHooks, noWebhookCalls, SnapshotCache } from './escalation/index.ts';
import { acknowledgeHostsOf, createAcknowledgeSource, maintenanceHooks } from './integrations/index.ts';
import { createAdminNotices, type EmailSettings, type RecordDuplicates } from './notifications/index.ts';
import type { AnyJob } from './platform/jobs/index.ts';
import { folderLog } from './platform/log.ts';
import { answerOnCall } from './schedules/index.ts';
import { createTemplates, type Templates } from './templates/index.ts';

/** What the domains of a process share, built from its context. */
export interface Domains {
  /** What follows from changes of alert groups, in their transactions. */
  readonly hooks: AlertGroupHooks;
  readonly templates: Templates;
  readonly engine: EngineDeps;
  readonly recordDuplicates: RecordDuplicates;
  /** Told of schedules that cannot be computed. */
  readonly onBrokenSchedule: (scheduleId: string, err: unknown) => void;
  /** Background jobs that what is built here adds. */
  readonly jobs: readonly AnyJob<Context>[];
  /** Address of an alert group in the web UI. */
  readonly linkOfGroup: (alertGroupId: string) => string;
}

const built = new WeakMap<Context, Domains>();

/** The domains of a process; built once for a context. */
export function domainsOf(ctx: Context): Domains {
  const known = built.get(ctx);
  if (known !== undefined) return known;
  const made = createDomains(ctx);
  built.set(ctx, made);
  return made;
}

function createDomains(ctx: Context): Domains {
  const { db, clock, config, jobs, outbound } = ctx;
  const schedulesLog = folderLog(ctx.log, 'schedules');
  const onBrokenSchedule = (scheduleId: string, err: unknown) =>
    schedulesLog.error({ err, scheduleId }, 'a schedule could not be computed');
  const source = createAcknowledgeSource({
    db,
    clock,
    outbound,
    jobs,
    serverHosts: acknowledgeHostsOf(config.sourceAcknowledgeHosts),
  });
  const admins = createAdminNotices({
    db,
    clock,
    jobs,
    log: folderLog(ctx.log, 'notifications'),
    settings: () => emailSettings(ctx),
    baseUrl: config.baseUrl,
  });
  const hooks: AlertGroupHooks = combineHooks(
    escalationHooks,
    maintenanceHooks(() => ({ clock, hooks })),
    source.hooks,
  );
  return {
    hooks,
    templates: createTemplates({ clock, pool: ctx.renderPool }),
    engine: {
      db,
      log: folderLog(ctx.log, 'escalation'),
      hooks,
      metrics: createEscalationMetrics(ctx.metrics, db),
      snapshots: new SnapshotCache(),
      ports: {
        onCall: (tx, questions, now) => answerOnCall(tx, questions, now, onBrokenSchedule),
        triggerWebhook: noWebhookCalls,
        notifyAdmins: admins.notify,
      },
    },
    onBrokenSchedule,
    jobs: [admins.job, source.job],
    recordDuplicates: async (tx, duplicates) =>
      addTimelineRecords(
        tx,
        duplicates.map(({ organizationId, alertGroupId, userId, channel, reason, at }) => ({
          organizationId,
          alertGroupId,
          at,
          type: TIMELINE.escalationFailed,
          actor: bySystem,
          errorCode: ESCALATION_ERROR.duplicatePossible,
          reason,
          data: { user_id: userId, channel },
        })),
      ),
    linkOfGroup: (alertGroupId) => `${config.baseUrl}/alert-groups/${encodeURIComponent(alertGroupId)}`,
  };
}

/** How mail leaves; null while there is no mail server or the feature is off. */
export const emailSettings = ({ config }: Context): EmailSettings | null => (config.features.email ? config.smtp : null);
