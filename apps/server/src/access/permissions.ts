import { ROLES, type Role } from '../users/index.ts';

/** Every permission, by the weakest basic role that has it. Source: access.md 5.3. */
const WEAKEST_ROLE = {
  'alert-groups:read': 'viewer',
  'alert-groups:write': 'editor',
  'alert-groups:direct-paging': 'editor',
  'integrations:read': 'viewer',
  'integrations:test': 'editor',
  'integrations:write': 'admin',
  'escalation-chains:read': 'viewer',
  'escalation-chains:write': 'admin',
  'schedules:read': 'viewer',
  'schedules:write': 'editor',
  'schedules:export': 'editor',
  'chatops:read': 'viewer',
  'chatops:write': 'editor',
  'chatops:update-settings': 'admin',
  'outgoing-webhooks:read': 'viewer',
  'outgoing-webhooks:write': 'admin',
  'maintenance:read': 'viewer',
  'maintenance:write': 'editor',
  'api-keys:read': 'admin',
  'api-keys:write': 'admin',
  'notifications:read': 'editor',
  'notification-settings:read': 'viewer',
  'notification-settings:write': 'editor',
  'user-settings:read': 'viewer',
  'user-settings:write': 'editor',
  'user-settings:admin': 'admin',
  'other-settings:read': 'viewer',
  'other-settings:write': 'admin',
  'admin:admin': 'admin',
  'label:create': 'editor',
  'label:read': 'viewer',
  'label:write': 'editor',
  'audit-log:read': 'admin',
  'roles:write': 'admin',
  'users:write': 'admin',
  'teams:write': 'admin',
  'insights:read': 'viewer',
} as const satisfies Record<string, Role>;

export type Permission = keyof typeof WEAKEST_ROLE;

/** Whether a basic role carries a permission. */
export const roleHas = (role: Role, permission: Permission): boolean =>
  ROLES.indexOf(role) <= ROLES.indexOf(WEAKEST_ROLE[permission]);

/** The roles that carry a permission, for a look-up in SQL. */
export const rolesWith = (permission: Permission): readonly Role[] => ROLES.filter((role) => roleHas(role, permission));
