import type { SealedColumn } from '../platform/sealed-columns.ts';
import { totpPurpose } from './second-factors/totp.ts';

/** What an id token of a session is sealed for; it names the session at the provider when signing out. */
export const idTokenPurpose = (sessionId: string): string => `user_session.oidc_id_token:${sessionId}`;

export const sealedAccessColumns: readonly SealedColumn[] = [
  { table: 'user_totp', column: 'secret_encrypted', key: 'user_id', purpose: totpPurpose },
  { table: 'user_session', column: 'oidc_id_token_encrypted', key: 'id', purpose: idTokenPurpose },
];
