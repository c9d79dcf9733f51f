/** How a session began. */
export type SessionMethod = 'password' | 'passkey' | 'oidc' | 'invitation' | 'setup' | 'reset' | 'proxy';

/** A browser's sign-in. */
export interface Session {
  readonly org: string;
  readonly id: string;
  readonly userId: string;
  /** What unsafe requests of this session send in `X-CSRF-Token`. */
  readonly csrfToken: string;
  readonly createdAt: Date;
  /** Kept to the minute. */
  readonly lastSeenAt: Date;
  /** When the person last proved who they are: password, passkey, or their provider. */
  readonly provedAt: Date;
  readonly method: SessionMethod;
  readonly secondFactor: boolean;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The role that its person looks at the product as, such as `basic:viewer`; nothing is written until they stop. */
  readonly viewedRole: string | null;
}

/** Where a request came from, for the lists of sessions and the audit log. */
export interface Origin {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** Things that need a fresh proof ask for one after so long (access.md 7.3). */
export const PROOF_LASTS_MS = 15 * 60_000;

export const hasRecentProof = (session: Pick<Session, 'provedAt'>, now: Date): boolean =>
  now.getTime() - session.provedAt.getTime() < PROOF_LASTS_MS;

const DAY_MS = 86_400_000;

/** When a session ends by itself, if nobody uses it again. */
export const endOfSession = (
  session: Pick<Session, 'createdAt' | 'lastSeenAt'>,
  policy: { readonly sessionDays: number; readonly sessionIdleDays: number },
): Date =>
  new Date(
    Math.min(
      session.createdAt.getTime() + policy.sessionDays * DAY_MS,
      session.lastSeenAt.getTime() + policy.sessionIdleDays * DAY_MS,
    ),
  );
