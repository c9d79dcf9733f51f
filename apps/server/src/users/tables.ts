import type { Generated } from 'kysely';
import type { Role } from './user.ts';

export interface UserTable {
  organization_id: string;
  id: string;
  /** The number that Grafana's API calls the user's id. */
  grafana_id: number;
  username: string;
  email: string;
  name: string;
  role: Role;
  timezone: string | null;
  avatar_url: string | null;
  password_hash: string | null;
  unverified_phone_number: string | null;
  verified_phone_number: string | null;
  is_active: boolean;
  /** Kept by the database: whether the basic role, or an added one, carries notifications:read. */
  may_be_notified: Generated<boolean>;
  /** `monday` to `sunday`, each a list of `{start, end}` as HH:MM:SS; null for the default. */
  working_hours: Generated<unknown>;
  hide_phone_number: Generated<boolean>;
  current_team_id: Generated<string | null>;
  /** `invited` and `placeholder` may be scheduled and paged, and cannot sign in until they are claimed. */
  state: Generated<'active' | 'invited' | 'placeholder'>;
  origin: Generated<'local' | 'oidc' | 'imported' | 'scim' | 'proxy'>;
  last_seen_at: Generated<Date | null>;
  created_at: Date;
  deactivated_at: Date | null;
}

export interface TeamTable {
  organization_id: string;
  id: string;
  grafana_id: number | null;
  name: string;
  email: string | null;
  avatar_url: string | null;
  is_sharing_resources_to_all: Generated<boolean>;
  created_at: Date;
}

export interface TeamMemberTable {
  organization_id: string;
  team_id: string;
  user_id: string;
  is_maintainer: Generated<boolean>;
}

declare module '../platform/db/database.ts' {
  interface Database {
    users: UserTable;
    team: TeamTable;
    team_member: TeamMemberTable;
  }
}
