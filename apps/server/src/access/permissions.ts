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

/** All permissions, in the order of access.md 5.3. */
export const PERMISSIONS = Object.keys(WEAKEST_ROLE) as readonly Permission[];

/** What a permission brings along: admins manage people, roles and teams; who may see alert groups may see insights. */
const IMPLIED: Partial<Record<Permission, readonly Permission[]>> = {
  'admin:admin': ['roles:write', 'users:write', 'teams:write'],
  'alert-groups:read': ['insights:read'],
};

const isPermission = (text: string): text is Permission => Object.hasOwn(WEAKEST_ROLE, text);

/** The permission that a name stands for, bare or under one of the prefixes of access.md 5.1; null when there is none. */
export function parsePermission(name: string): Permission | null {
  const suffix = name.replace(/^grafana-(?:oncall-app|irm-app|labels-app)\./, '');
  return isPermission(suffix) ? suffix : null;
}

/** The full name of a permission. Labels keep a prefix of their own under both. */
export function fullName(permission: Permission, prefix: 'grafana-oncall-app' | 'grafana-irm-app'): string {
  return `${permission.startsWith('label:') ? 'grafana-labels-app' : prefix}.${permission}`;
}

/** The permissions and what they bring along. */
export function withImplied(permissions: Iterable<Permission>): ReadonlySet<Permission> {
  const all = new Set(permissions);
  for (const permission of [...all]) for (const implied of IMPLIED[permission] ?? []) all.add(implied);
  return all;
}

/** Whether a basic role carries a permission. */
export const roleHas = (role: Role, permission: Permission): boolean =>
  ROLES.indexOf(role) <= ROLES.indexOf(WEAKEST_ROLE[permission]);

const OF_ROLE = Object.fromEntries(
  ROLES.map((role) => [role, withImplied(PERMISSIONS.filter((permission) => roleHas(role, permission)))]),
) as Record<Role, ReadonlySet<Permission>>;

/** What a basic role may do by itself. */
export const permissionsOfRole = (role: Role): ReadonlySet<Permission> => OF_ROLE[role];

/** What a route asks of its caller: one permission, one of several, or only to be somebody (access.md 5.2). */
export type Requirement = Permission | { readonly anyOf: readonly Permission[] } | 'signed-in';

/** The permissions of which one is enough; null when being signed in is. */
export const acceptedBy = (requirement: Requirement): readonly Permission[] | null => {
  if (requirement === 'signed-in') return null;
  return typeof requirement === 'string' ? [requirement] : requirement.anyOf;
};

/** Whether a set of permissions meets what a route asks for. */
export function meets(permissions: ReadonlySet<Permission>, requirement: Requirement): boolean {
  const accepted = acceptedBy(requirement);
  return accepted === null || accepted.some((permission) => permissions.has(permission));
}
