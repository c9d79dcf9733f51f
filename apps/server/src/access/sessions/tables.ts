import type { Generated } from 'kysely';
import type { SessionMethod } from './session.ts';

export interface UserSessionTable {
  organization_id: string;
  id: string;
  user_id: string;
  /** SHA-256 of the cookie's value. */
  token_hash: Buffer;
  previous_token_hash: Buffer | null;
  rotated_at: Date;
  csrf_token: string;
  created_at: Date;
  last_seen_at: Date;
  proved_at: Date;
  method: SessionMethod;
  second_factor: Generated<boolean>;
  oidc_provider: string | null;
  oidc_id_token_encrypted: Buffer | null;
  ip: string | null;
  user_agent: string | null;
  viewed_role: Generated<string | null>;
}

export interface SignInAttemptsTable {
  key: string;
  count: number;
  last_at: Date;
  blocked_until: Date | null;
}

export interface SignInPolicyTable {
  organization_id: string;
  password_sign_in: Generated<boolean>;
  second_factor: Generated<'optional' | 'admins' | 'password_users'>;
  session_days: Generated<number>;
  session_idle_days: Generated<number>;
}

declare module '../../platform/db/database.ts' {
  interface Database {
    user_session: UserSessionTable;
    sign_in_attempts: SignInAttemptsTable;
    sign_in_policy: SignInPolicyTable;
  }
}
