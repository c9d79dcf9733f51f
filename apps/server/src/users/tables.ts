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
  created_at: Date;
}

export interface TeamMemberTable {
  organization_id: string;
  team_id: string;
  user_id: string;
}

declare module '../platform/db/database.ts' {
  interface Database {
    users: UserTable;
    team: TeamTable;
    team_member: TeamMemberTable;
  }
}
