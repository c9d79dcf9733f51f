/** The four basic roles, strongest first. */
export const ROLES = ['admin', 'editor', 'viewer', 'none'] as const;
export type Role = (typeof ROLES)[number];

export type User = {
  org: string;
  id: string;
  grafanaId: number;
  username: string;
  email: string;
  /** As shown to people; empty when none was given. */
  name: string;
  role: Role;
  timezone: string | null;
  avatarUrl: string | null;
  verifiedPhoneNumber: string | null;
  isActive: boolean;
  createdAt: Date;
};
