import type { AuthMail, FirstRun, OidcClient, ProxySignIn, SecondStep, SessionCookie } from '../../../access/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Db } from '../../../platform/db/database.ts';

/** What signing in needs of a process. */
export interface AuthContext {
  readonly cookie: SessionCookie;
  readonly firstRun: FirstRun;
  readonly secondStep: SecondStep;
  readonly mail: AuthMail;
  /** Providers of OpenID Connect by name, in the order of their buttons. */
  readonly oidc: ReadonlyMap<string, OidcClient>;
  /** null: no reverse proxy signs people in. */
  readonly proxy: ProxySignIn | null;
  /** What is switched on, for `features` of the session. */
  readonly features: readonly string[];
  /** Text for everybody, as `CURRENTLY_UNDERGOING_MAINTENANCE_MESSAGE` says. */
  readonly maintenanceMessage: string | null;
}

export interface AuthDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly baseUrl: string;
  readonly auth: AuthContext;
}
