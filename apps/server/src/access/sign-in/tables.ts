import type { Generated } from 'kysely';
import type { Role } from '../../users/index.ts';

export interface PasswordResetTable {
  organization_id: string;
  id: string;
  user_id: string;
  token_hash: Buffer;
  created_at: Date;
  expires_at: Date;
  used_at: Date | null;
}

export interface EmailChangeTable {
  organization_id: string;
  user_id: string;
  email: string;
  token_hash: Buffer | null;
  requested_at: Date;
  expires_at: Date;
}

export interface InvitationTable {
  organization_id: string;
  id: string;
  email: string;
  user_id: string | null;
  role: Role;
  role_ids: string[];
  team_ids: string[];
  note: string;
  token_hash: Buffer | null;
  invited_by_user_id: string | null;
  created_at: Date;
  sent_at: Date | null;
  expires_at: Date;
  accepted_at: Date | null;
  accepted_user_id: string | null;
  revoked_at: Date | null;
}

export interface UserTotpTable {
  organization_id: string;
  user_id: string;
  secret_encrypted: Buffer;
  created_at: Date;
  confirmed_at: Date | null;
  /** Number of the thirty seconds whose code was used last. */
  last_step: Generated<number>;
}

export interface UserRecoveryCodeTable {
  organization_id: string;
  user_id: string;
  code_hash: Buffer;
  used_at: Date | null;
}

export interface UserPasskeyTable {
  organization_id: string;
  id: string;
  user_id: string;
  name: string;
  credential_id: string;
  public_key: Buffer;
  counter: number;
  transports: string[];
  is_synced: boolean;
  created_at: Date;
  last_used_at: Date | null;
}

export interface SignInChallengeTable {
  id: string;
  kind: 'passkey_registration' | 'passkey_sign_in' | 'oidc';
  organization_id: string | null;
  user_id: string | null;
  data: unknown;
  expires_at: Date;
}

export interface OidcIdentityTable {
  organization_id: string;
  issuer: string;
  subject: string;
  user_id: string;
  provider: string;
  email: string | null;
  groups: Generated<string[]>;
  created_at: Date;
  last_used_at: Date;
}

declare module '../../platform/db/database.ts' {
  interface Database {
    password_reset: PasswordResetTable;
    email_change: EmailChangeTable;
    invitation: InvitationTable;
    user_totp: UserTotpTable;
    user_recovery_code: UserRecoveryCodeTable;
    user_passkey: UserPasskeyTable;
    sign_in_challenge: SignInChallengeTable;
    oidc_identity: OidcIdentityTable;
  }
}
