import { type AuthMail, createSignInMailJob } from './access/index.ts';
import {
  type AlertGroupHooks,
  addTimelineRecords,
  bySystem,
  combineHooks,
  ESCALATION_ERROR,
  TIMELINE,
} from './alerting/index.ts';
import { recordAudit, systemSource } from './audit/index.ts';
import type { Context } from './context.ts';
import {
  createEscalationMetrics,
  type EngineDeps,
  escalationHooks,
  type OnCallResolver,
  peopleToNotify,
  reminderHooks,
  SnapshotCache,
  type TellPerson,
} from './escalation/index.ts';
import { acknowledgeHostsOf, createAcknowledgeSource, maintenanceHooks } from './integrations/index.ts';
import { liveEmail } from './live-email.ts';
import {
  type AdminNotice,
  createAdminNotices,
  createMailer,
  type EmailSettings,
  type PlainMail,
  type RecordDuplicates,
  type SendOutcome,
} from './notifications/index.ts';
import type { Tx } from './platform/db/database.ts';
import type { AnyJob } from './platform/jobs/index.ts';
import { folderLog } from './platform/log.ts';
import { answerOnCall } from './schedules/index.ts';
import { createTemplates, type Templates } from './templates/index.ts';
import { type TellOwner, triggerFromSteps, type WebhookDeps, webhookHooks } from './webhooks/index.ts';

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
  /** Mails somebody who acknowledged an alert group. */
  readonly tellPerson: TellPerson;
  /** Mails the admins of an organization. */
  readonly notifyAdmins: (tx: Tx, notice: AdminNotice, now: Date) => Promise<void>;
  /** Mails with links to sign in. */
  readonly authMail: AuthMail;
  /** Sends one mail that is no page, at once; null: there is no mail server. */
  readonly sendMail: (mail: PlainMail) => Promise<SendOutcome | null>;
  /** Address of an alert group in the web UI. */
  readonly linkOfGroup: (alertGroupId: string) => string;
  /** What it takes to call outgoing webhooks. */
  readonly webhooks: WebhookDeps;
  readonly tellOfFailingWebhook: TellOwner;
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
  const mailer = createMailer(config.baseUrl);
  const sendMail = async (mail: PlainMail): Promise<SendOutcome | null> => {
    const settings = emailSettings(ctx);
    return settings === null ? null : mailer.send(settings, mail);
  };
  const signInMail = createSignInMail(ctx, sendMail);
  const hooks: AlertGroupHooks = combineHooks(
    escalationHooks,
    reminderHooks,
    maintenanceHooks(() => ({ clock, hooks })),
    source.hooks,
    webhookHooks,
  );
  const snapshots = new SnapshotCache();
  const onCall: OnCallResolver = (tx, questions, now) => answerOnCall(tx, questions, now, onBrokenSchedule);
  const linkOfGroup = (alertGroupId: string) => `${config.baseUrl}/alert-groups/${encodeURIComponent(alertGroupId)}`;
  return {
    hooks,
    templates: createTemplates({ clock, pool: ctx.renderPool, lengths: config.limits.lengths }),
    engine: {
      db,
      log: folderLog(ctx.log, 'escalation'),
      hooks,
      metrics: createEscalationMetrics(ctx.metrics, db),
      snapshots,
      ports: {
        onCall,
        triggerWebhook: triggerFromSteps,
        notifyAdmins: admins.notify,
      },
    },
    onBrokenSchedule,
    tellPerson: admins.tell,
    notifyAdmins: admins.notify,
    jobs: [admins.job, source.job, signInMail.job],
    authMail: signInMail.mail,
    sendMail,
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
    linkOfGroup,
    webhooks: {
      db,
      clock,
      outbound,
      allow: config.webhookAllowed,
      proxy: config.secrets.webhookProxy,
      secrets: ctx.secrets,
      render: ctx.renderWebhook,
      baseUrl: config.baseUrl,
      timeoutMs: config.limits.webhookTimeoutSeconds * 1_000,
      groupLink: linkOfGroup,
      usersToBeNotified: (groups, now) => peopleToNotify({ db: ctx.loops, snapshots, ports: { onCall } }, groups, now),
    },
    tellOfFailingWebhook: (tx, { organizationId, id, name, reason }, now) =>
      admins.notify(
        tx,
        {
          organizationId,
          kind: `webhook_failing ${id}`,
          subject: `Outgoing webhook ${name} has failed for a day`,
          text: `No call of the outgoing webhook ${name} (${id}) has succeeded for a day. The last failure: ${reason}. It stays switched on.`,
        },
        now,
      ),
  };
}

/** How mail leaves; null while there is no mail server or the feature is off. */
export const emailSettings = ({ config, liveSettings }: Context): EmailSettings | null =>
  config.features.email ? liveEmail(liveSettings, config.smtp) : null;

/** The job that writes mails of sign-in, and what adds it. */
function createSignInMail(ctx: Context, sendMail: Domains['sendMail']): { job: AnyJob<unknown>; mail: AuthMail } {
  const { db, clock, config } = ctx;
  const job = createSignInMailJob({
    db,
    clock,
    log: folderLog(ctx.log, 'access'),
    baseUrl: config.baseUrl,
    onReset: (tx, user, now) =>
      recordAudit(
        tx,
        user.org,
        systemSource,
        {
          type: 'session',
          name: 'password_reset_requested',
          resource: { type: 'user', id: user.id, name: user.username },
        },
        now,
      ),
    async send(mail) {
      const outcome = await sendMail(mail);
      if (outcome === null) return 'off';
      return outcome.kind === 'transient' ? 'later' : outcome.kind === 'rejected' ? 'refused' : 'sent';
    },
  });
  return {
    job,
    mail: { isOn: () => emailSettings(ctx) !== null, add: (tx, payload) => ctx.jobs.add(tx, job, payload) },
  };
}
