import type { Tx } from '../platform/db/database.ts';
import { uniqueViolation } from '../platform/db/unique-violation.ts';
import { newId } from '../platform/ids.ts';
import { insertUser } from './store.ts';
import type { Role, User } from './user.ts';

export type NewUser = {
  /** The number Grafana's API knows the user by; one of its own for each user of an organization. */
  grafanaId: number;
  username: string;
  email: string;
  name?: string;
  role: Role;
  timezone?: string | null;
  /** As made by `hashPassword`; null for a user who cannot sign in by password. */
  passwordHash: string | null;
};

export type CreateUserResult =
  | { ok: true; user: User }
  | { ok: false; reason: 'invalid_username' | 'invalid_email' | 'username_taken' | 'email_taken' };

/** Adds an active user. After a `…_taken` the transaction can only be rolled back. */
export async function createUser(tx: Tx, org: string, fields: NewUser, now: Date): Promise<CreateUserResult> {
  const username = fields.username.trim();
  const email = fields.email.trim();
  if (username === '' || username.length > 100 || /\s/.test(username)) return { ok: false, reason: 'invalid_username' };
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254) return { ok: false, reason: 'invalid_email' };
  const user: User = {
    org,
    id: newId('U'),
    grafanaId: fields.grafanaId,
    username,
    email,
    name: fields.name ?? '',
    role: fields.role,
    timezone: fields.timezone ?? null,
    avatarUrl: null,
    verifiedPhoneNumber: null,
    isActive: true,
    createdAt: now,
  };
  try {
    await insertUser(tx, user, fields.passwordHash);
    return { ok: true, user };
  } catch (err) {
    const constraint = uniqueViolation(err);
    if (constraint === 'users_username_key') return { ok: false, reason: 'username_taken' };
    if (constraint === 'users_email_key') return { ok: false, reason: 'email_taken' };
    throw err;
  }
}
