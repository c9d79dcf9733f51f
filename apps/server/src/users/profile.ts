import { sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import type { Role } from './user.ts';

export const WEEKDAY_NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** By day of the week; times are HH:MM:SS on the person's clock. */
export type WorkingHours = Readonly<Record<(typeof WEEKDAY_NAMES)[number], readonly { start: string; end: string }[]>>;

const WORKDAY = [{ start: '09:00:00', end: '17:00:00' }];
/** access.md 3.1. */
const DEFAULT_WORKING_HOURS: WorkingHours = {
  monday: WORKDAY,
  tuesday: WORKDAY,
  wednesday: WORKDAY,
  thursday: WORKDAY,
  friday: WORKDAY,
  saturday: [],
  sunday: [],
};

/** What people and administrators edit of a person (access.md 3.1). */
export interface Profile {
  readonly id: string;
  readonly grafanaId: number;
  readonly username: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly timezone: string | null;
  readonly workingHours: WorkingHours;
  readonly currentTeamId: string | null;
  readonly unverifiedPhoneNumber: string | null;
  readonly verifiedPhoneNumber: string | null;
  readonly hidesPhoneNumber: boolean;
  readonly avatarUrl: string | null;
  readonly isActive: boolean;
  readonly mayBeNotified: boolean;
  readonly state: string;
  readonly origin: string;
  readonly createdAt: Date;
}

type Row = Omit<Profile, 'workingHours'> & { workingHours: WorkingHours | null };

const COLUMNS = sql`
  id, grafana_id as "grafanaId", username, email, name, role, timezone, working_hours as "workingHours",
  current_team_id as "currentTeamId", unverified_phone_number as "unverifiedPhoneNumber",
  verified_phone_number as "verifiedPhoneNumber", hide_phone_number as "hidesPhoneNumber", avatar_url as "avatarUrl",
  is_active as "isActive", may_be_notified as "mayBeNotified", state, origin, created_at as "createdAt"`;

/** The person with this id, active or not. @param lock holds the row until the transaction ends */
export async function findProfile(db: Db | Tx, org: string, id: string, lock = false): Promise<Profile | null> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from users where organization_id = ${org} and id = ${id} ${lock ? sql`for no key update` : sql``}`.execute(
    db,
  );
  const row = rows[0];
  return row === undefined ? null : { ...row, workingHours: row.workingHours ?? DEFAULT_WORKING_HOURS };
}

/** Breaks `users_username_key` or `users_email_key` when another active person has the name or the address. */
export async function saveProfile(tx: Tx, org: string, profile: Profile, now: Date): Promise<void> {
  await tx
    .updateTable('users')
    .set({
      username: profile.username,
      email: profile.email,
      name: profile.name,
      role: profile.role,
      timezone: profile.timezone,
      working_hours: JSON.stringify(profile.workingHours),
      current_team_id: profile.currentTeamId,
      unverified_phone_number: profile.unverifiedPhoneNumber,
      verified_phone_number: profile.verifiedPhoneNumber,
      hide_phone_number: profile.hidesPhoneNumber,
      avatar_url: profile.avatarUrl,
      is_active: profile.isActive,
      deactivated_at: profile.isActive ? null : now,
    })
    .where('organization_id', '=', org)
    .where('id', '=', profile.id)
    .execute();
}

/** Whether somebody else is an active admin. Holds the rows of all of them, so that two cannot leave at the same time. */
export async function hasOtherAdmin(tx: Tx, org: string, userId: string): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    select id from users where organization_id = ${org} and role = 'admin' and is_active order by id for no key update`.execute(
    tx,
  );
  return rows.some((row) => row.id !== userId);
}

/** A phone number but for its last four digits. */
export const maskPhone = (number: string): string => number.slice(0, -4).replace(/\d/g, '*') + number.slice(-4);
