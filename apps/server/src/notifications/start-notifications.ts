import type { Tx } from '../platform/db/database.ts';
import type { AnyJob, JobQueue } from '../platform/jobs/index.ts';
import { type AdminNoticeDeps, createAdminNoticeJob, createAdminNotifier } from './admin-notice.ts';
import type { Channel } from './channel.ts';
import { startLeaseLoop } from './delivery/leases.ts';
import { type DeliveryDeps, type DeliveryLoop, startDeliveryLoop } from './delivery/loop.ts';
import { createMailer } from './email/send-plain.ts';

export type Notifications = {
  /** One for each channel, and one that takes over what dead processes left. */
  loops: readonly Pick<DeliveryLoop, 'name' | 'wake' | 'runUntilIdle' | 'stop' | 'health'>[];
  /** Providers and hosts in trouble, by channel. */
  openCircuits(): { channel: string; key: string }[];
};

/** Starts sending on the given channels; what is owed on all others fails with error 24. */
export function startNotifications(deps: DeliveryDeps, channels: readonly Channel[]): Notifications {
  const loops = channels.map((channel) => ({ channel: channel.id, loop: startDeliveryLoop(deps, channel) }));
  return {
    loops: [...loops.map(({ loop }) => loop), startLeaseLoop(deps, channels)],
    openCircuits: () => loops.flatMap(({ channel, loop }) => loop.openCircuits().map((key) => ({ channel, key }))),
  };
}

/** How admins and single people are told of what is no page, and the job that does it. */
export function createAdminNotices(deps: Omit<AdminNoticeDeps, 'mailer'> & { jobs: JobQueue }): {
  notify: ReturnType<typeof createAdminNotifier>;
  /** Mails one person, as part of the given transaction. */
  tell(tx: Tx, message: { organizationId: string; userId: string; subject: string; text: string }, now: Date): Promise<void>;
  job: AnyJob<unknown>;
} {
  const job = createAdminNoticeJob({ ...deps, mailer: createMailer(deps.baseUrl) });
  return {
    notify: createAdminNotifier(deps.jobs, job),
    tell: (tx, message, now) => deps.jobs.add(tx, job, { ...message, requestedAt: now.toISOString() }),
    job,
  };
}
