import type { Role } from '../users/index.ts';
import type { Permission } from './permissions.ts';

/** Who acts: a person, or a program with rights of its own (access.md 9). */
export type CallerActor =
  | { readonly type: 'user'; readonly userId: string }
  | {
      readonly type: 'service_account';
      readonly id: string;
      /** The number in `service-account:<n>`. */
      readonly number: number;
      readonly name: string;
      /** Whether the account may do what else only people may: the six state actions and direct paging. */
      readonly mayAct: boolean;
    };

/** How a request came in, as the audit log names it (access.md 14.3). */
export type Via = 'api' | 'web' | 'terraform';

/** `all`, or the ids of the teams. */
export type TeamScope = 'all' | readonly string[];

/** Who sent a request that has been let in, and what they may do. */
export interface Caller {
  readonly org: string;
  readonly actor: CallerActor;
  /** The person's id; null for a service account. */
  readonly userId: string | null;
  readonly role: Role;
  /** Effective rights now: of the basic role, of added roles, narrowed by the token. */
  readonly permissions: ReadonlySet<Permission>;
  readonly via: Via;
  /** Null where a session let the caller in. */
  readonly tokenId: string | null;
  readonly sessionId: string | null;
  /** Whether a token takes something away from its owner's rights. */
  readonly isNarrowed: boolean;
  /** Teams that the caller may name in `team_id` (http-api-oncall.md 0.8): own ones and those that share with everybody. */
  readonly availableTeams: TeamScope;
  /** Teams whose resources the caller sees, besides those without a team; `all` for tokens that do not ask for less (access.md 4.1). */
  readonly visibility: TeamScope;
}

export const can = (caller: Caller, permission: Permission): boolean => caller.permissions.has(permission);

/** Whether the caller administers the organization: sees every team's resources, manages people and roles. */
export const isOrganizationAdmin = (caller: Caller): boolean => caller.permissions.has('admin:admin');
