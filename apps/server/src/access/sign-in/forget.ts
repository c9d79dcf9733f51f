import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { DEFAULT_POLICY } from '../sessions/policy.ts';
import { forgetChallenges } from './challenges.ts';
import { forgetAttempts } from './throttle.ts';

const DAY_MS = 86_400_000;

/** Deletes what lets nobody in any more: sessions that ran out, old counters, unanswered questions, links of yesterday. */
export async function forgetSignIns(db: Db, now: Date): Promise<void> {
  await forgetAttempts(db, now);
  await forgetChallenges(db, now);
  const { sessionDays, sessionIdleDays } = DEFAULT_POLICY;
  await sql`
    delete from user_session s using organization o left join sign_in_policy p on p.organization_id = o.id
    where o.id = s.organization_id and (
      s.created_at <= ${now}::timestamptz - coalesce(p.session_days, ${sessionDays}) * interval '1 day'
      or s.last_seen_at <= ${now}::timestamptz - coalesce(p.session_idle_days, ${sessionIdleDays}) * interval '1 day')`.execute(
    db,
  );
  await db
    .deleteFrom('password_reset')
    .where('expires_at', '<', new Date(now.getTime() - DAY_MS))
    .execute();
  await db.deleteFrom('email_change').where('expires_at', '<', now).execute();
}
