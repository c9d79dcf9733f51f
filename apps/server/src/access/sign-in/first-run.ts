import type { Tx } from '../../platform/db/database.ts';
import type { CreateUserResult, User } from '../../users/index.ts';

export type FirstAdmin = {
  /** null: as the settings say. */
  organizationName: string | null;
  name: string;
  username: string;
  email: string;
  passwordHash: string;
  timezone: string | null;
  /** Whether an API token is made along with the admin. */
  withToken: boolean;
};

export type FirstAdminResult<T> =
  | { ok: true; user: User; apiToken: string | null; also: T }
  | { ok: false; reason: 'already_set_up' | Extract<CreateUserResult, { ok: false }>['reason'] };

/** An installation that nobody can sign in to yet (access.md 7.5). */
export interface FirstRun {
  /** True while no active user exists. */
  isNeeded(): Promise<boolean>;
  /** What proves that whoever sets the installation up can read the server's log or settings. */
  code(): Promise<string>;
  isCode(given: string): Promise<boolean>;
  /**
   * Makes the organization and its first admin, and an integration whose alerts reach the admin. One caller does it, however many
   * try; `also` runs in its transaction.
   */
  create<T>(wanted: FirstAdmin, also: (tx: Tx, user: User, now: Date) => Promise<T>): Promise<FirstAdminResult<T>>;
}
