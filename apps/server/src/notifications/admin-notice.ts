import { sql } from 'kysely';
import { Type } from 'typebox';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/db/database.ts';
import { defineJob, type Job, type JobQueue } from '../platform/jobs/index.ts';
import type { Log } from '../platform/log.ts';
import type { Mailer } from './email/send-plain.ts';
import { type EmailSettings, isAddress } from './email/settings.ts';

/** Something that the admins of an organization must hear of. */
export type AdminNotice = { organizationId: string; kind: string; subject: string; text: string };

const Payload = Type.Object({
  organizationId: Type.String(),
  userId: Type.String(),
  subject: Type.String(),
  text: Type.String(),
  /** ISO 8601. */
  requestedAt: Type.String(),
});
type Payload = { organizationId: string; userId: string; subject: string; text: string; requestedAt: string };

const QUIET_MS = 600_000;
/** A notice that could not be sent for so long tells nobody anything any more. */
const STALE_MS = 3_600_000;

export type AdminNoticeDeps = {
  db: Db;
  clock: Clock;
  log: Log;
  mailer: Mailer;
  settings: () => EmailSettings | null;
  baseUrl: string;
};

/** Mails one notice to one admin. Tried again while it is news and the server does not refuse it. */
export const createAdminNoticeJob = (deps: AdminNoticeDeps): Job<unknown, Payload> =>
  defineJob({
    name: 'notifications.admin_notice',
    payload: Payload,
    maxAttempts: 12,
    async run(_ctx: unknown, payload) {
      const { db, clock, log, mailer } = deps;
      const now = clock.now();
      const settings = deps.settings();
      const query = db
        .selectFrom('users')
        .select(['name', 'username', 'email'])
        .where('organization_id', '=', payload.organizationId);
      const admin = await query.where('id', '=', payload.userId).where('is_active', '=', true).executeTakeFirst();
      if (admin === undefined || now.getTime() - Date.parse(payload.requestedAt) > STALE_MS) return;
      if (settings === null) {
        log.error(
          { organizationId: payload.organizationId, subject: payload.subject },
          'a notice to the admins needs a mail server',
        );
        return;
      }
      const to = { name: admin.name === '' ? admin.username : admin.name, address: admin.email };
      const text = `${payload.text}\n\n${deps.baseUrl}`;
      const outcome = await mailer.send(settings, { to, subject: `Tocsin: ${payload.subject}`, text, date: now });
      if (outcome.kind === 'transient') throw new Error(`The notice could not be sent: ${outcome.reason}`);
      if (outcome.kind === 'rejected') log.error({ reason: outcome.reason }, 'the mail server refused a notice to an admin');
    },
  });

/**
 * Tells the admins of an organization by e-mail, as part of the given transaction and at most once per kind and ten minutes
 * (escalation.md G27, W4, W5).
 */
export const createAdminNotifier =
  (jobs: JobQueue, job: Job<unknown, Payload>) =>
  async (tx: Tx, notice: AdminNotice, now: Date): Promise<void> => {
    const quietSince = new Date(now.getTime() - QUIET_MS);
    const { rows: begun } = await sql`
      insert into admin_notice as n (organization_id, kind, requested_at) values (${notice.organizationId}, ${notice.kind}, ${now})
      on conflict (organization_id, kind) do update set requested_at = excluded.requested_at where n.requested_at <= ${quietSince}
      returning kind`.execute(tx);
    if (begun.length === 0) return;
    const query = tx.selectFrom('users').select(['id', 'email']).where('organization_id', '=', notice.organizationId);
    const admins = await query.where('role', '=', 'admin').where('is_active', '=', true).orderBy('id').execute();
    const { organizationId, subject, text } = notice;
    for (const { id } of admins.filter(({ email }) => isAddress(email))) {
      await jobs.add(tx, job, { organizationId, userId: id, subject, text, requestedAt: now.toISOString() });
    }
  };
