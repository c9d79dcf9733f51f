import { can, pendingEmail, rolesOf } from '../../../access/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { maskPhone, type Profile, teamsOfUsers, WEEKDAY_NAMES } from '../../../users/index.ts';
import type { Caller } from '../conventions/caller.ts';
import { apiTime } from '../conventions/times.ts';

/** A person as those who edit people see them; phone numbers that are hidden show their end only. */
export async function presentProfile(
  db: Db | Tx,
  caller: Caller,
  profile: Profile,
  now: Date,
): Promise<Record<string, unknown> & { id: string }> {
  const masks = profile.hidesPhoneNumber && caller.userId !== profile.id && !can(caller, 'user-settings:admin');
  const shownPhone = (number: string | null) => (number === null || !masks ? number : maskPhone(number));
  return {
    id: profile.id,
    grafana_id: profile.grafanaId,
    username: profile.username,
    email: profile.email,
    unverified_email: await pendingEmail(db, caller.org, profile.id, now),
    name: profile.name,
    role: profile.role,
    roles: (await rolesOf(db, caller.org, 'user', [profile.id])).get(profile.id) ?? [],
    teams: (await teamsOfUsers(db, caller.org, [profile.id])).get(profile.id) ?? [],
    timezone: profile.timezone,
    working_hours: Object.fromEntries(WEEKDAY_NAMES.map((day) => [day, profile.workingHours[day]])),
    current_team_id: profile.currentTeamId,
    unverified_phone_number: shownPhone(profile.unverifiedPhoneNumber),
    verified_phone_number: shownPhone(profile.verifiedPhoneNumber),
    hide_phone_number: profile.hidesPhoneNumber,
    avatar_url: profile.avatarUrl,
    may_be_notified: profile.mayBeNotified,
    is_active: profile.isActive,
    state: profile.isActive ? profile.state : 'deactivated',
    origin: profile.origin,
    created_at: apiTime(profile.createdAt),
  };
}

/** The same for the audit log, which keeps no phone numbers. */
export function starPhones(shown: object | null): Record<string, unknown> | null {
  if (shown === null) return null;
  return Object.fromEntries(
    Object.entries(shown).map(([key, value]) => [
      key,
      key.endsWith('phone_number') && typeof value === 'string' ? maskPhone(value) : value,
    ]),
  );
}
