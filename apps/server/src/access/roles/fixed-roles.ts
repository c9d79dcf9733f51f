import { ROLES, type Role } from '../../users/index.ts';
import { PERMISSIONS, type Permission, roleHas } from '../permissions.ts';

export interface FixedRole {
  readonly id: `fixed:${string}`;
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly Permission[];
}

/** Permissions that Tocsin adds to the reference's. */
const ADDED: readonly Permission[] = ['audit-log:read', 'roles:write', 'users:write', 'teams:write', 'insights:read'];

const role = (slug: string, name: string, description: string, permissions: readonly Permission[]): FixedRole => ({
  id: `fixed:${slug}`,
  name,
  description,
  permissions,
});

/** Roles that come with the program and are never edited. Source: access.md 5.5. */
export const FIXED_ROLES: readonly FixedRole[] = [
  role(
    'admin',
    'Admin',
    'All of alerting, including what only administrators do.',
    PERMISSIONS.filter((permission) => !ADDED.includes(permission)),
  ),
  role('editor', 'Editor', 'Acts on alerts, edits schedules, is notified.', [
    'alert-groups:read',
    'alert-groups:write',
    'alert-groups:direct-paging',
    'integrations:read',
    'integrations:test',
    'escalation-chains:read',
    'schedules:read',
    'schedules:write',
    'schedules:export',
    'chatops:read',
    'chatops:write',
    'outgoing-webhooks:read',
    'maintenance:read',
    'maintenance:write',
    'notifications:read',
    'notification-settings:read',
    'notification-settings:write',
    'user-settings:read',
    'user-settings:write',
    'other-settings:read',
  ]),
  role('reader', 'Reader', 'Reads everything of alerting.', [
    'alert-groups:read',
    'integrations:read',
    'escalation-chains:read',
    'schedules:read',
    'chatops:read',
    'outgoing-webhooks:read',
    'maintenance:read',
    'notification-settings:read',
    'user-settings:read',
    'other-settings:read',
  ]),
  role('oncaller', 'OnCaller', 'Is on call: acts on alerts, edits schedules, is notified.', [
    'alert-groups:read',
    'alert-groups:write',
    'alert-groups:direct-paging',
    'integrations:read',
    'escalation-chains:read',
    'schedules:read',
    'schedules:write',
    'chatops:read',
    'outgoing-webhooks:read',
    'maintenance:read',
    'notifications:read',
    'notification-settings:read',
    'user-settings:read',
    'user-settings:write',
    'other-settings:read',
  ]),
  role('notifications-receiver', 'Notifications Receiver', 'Is notified and edits the own profile.', [
    'notifications:read',
    'user-settings:read',
    'user-settings:write',
  ]),
  role('alert-groups-reader', 'Alert Groups Reader', 'Sees alert groups.', ['alert-groups:read']),
  role('alert-groups-editor', 'Alert Groups Editor', 'Sees alert groups and acts on them.', [
    'alert-groups:read',
    'alert-groups:write',
  ]),
  role('alert-groups-direct-paging', 'Alert Groups Direct Paging', 'Pages people and teams.', ['alert-groups:direct-paging']),
  role('integrations-reader', 'Integrations Reader', 'Sees integrations and routes.', ['integrations:read']),
  role('integrations-editor', 'Integrations Editor', 'Edits integrations and routes.', [
    'integrations:read',
    'integrations:write',
    'integrations:test',
  ]),
  role('escalation-chains-reader', 'Escalation Chains Reader', 'Sees escalation chains.', ['escalation-chains:read']),
  role('escalation-chains-editor', 'Escalation Chains Editor', 'Edits escalation chains.', [
    'escalation-chains:read',
    'escalation-chains:write',
  ]),
  role('schedules-reader', 'Schedules Reader', 'Sees schedules.', ['schedules:read']),
  role('schedules-editor', 'Schedules Editor', 'Edits and exports schedules.', [
    'schedules:read',
    'schedules:write',
    'schedules:export',
  ]),
  role('chatops-reader', 'ChatOps Reader', 'Sees chat connections.', ['chatops:read']),
  role('chatops-editor', 'ChatOps Editor', 'Uses and sets up chat connections.', [
    'chatops:read',
    'chatops:write',
    'chatops:update-settings',
  ]),
  role('outgoing-webhooks-reader', 'Outgoing Webhooks Reader', 'Sees outgoing webhooks.', ['outgoing-webhooks:read']),
  role('outgoing-webhooks-editor', 'Outgoing Webhooks Editor', 'Edits outgoing webhooks.', [
    'outgoing-webhooks:read',
    'outgoing-webhooks:write',
  ]),
  role('maintenance-reader', 'Maintenance Reader', 'Sees maintenance.', ['maintenance:read']),
  role('maintenance-editor', 'Maintenance Editor', 'Starts and stops maintenance.', ['maintenance:read', 'maintenance:write']),
  role('api-keys-reader', 'API Keys Reader', 'Lists own API tokens.', ['api-keys:read']),
  role('api-keys-editor', 'API Keys Editor', 'Makes and revokes own API tokens, to use the API in scripts.', [
    'api-keys:read',
    'api-keys:write',
  ]),
  role('notification-settings-reader', 'Notification Settings Reader', 'Sees notification rules.', [
    'notification-settings:read',
  ]),
  role('notification-settings-editor', 'Notification Settings Editor', 'Edits notification rules.', [
    'notification-settings:read',
    'notification-settings:write',
  ]),
  role('user-settings-reader', 'User Settings Reader', 'Lists people.', ['user-settings:read']),
  role('user-settings-editor', 'User Settings Editor', 'Lists people and edits the own profile.', [
    'user-settings:read',
    'user-settings:write',
  ]),
  role('user-settings-admin', 'User Settings Admin', 'Edits the profiles of everybody.', [
    'user-settings:read',
    'user-settings:write',
    'user-settings:admin',
  ]),
  role('settings-reader', 'Settings Reader', 'Sees settings of the organization.', ['other-settings:read']),
  role('settings-editor', 'Settings Editor', 'Edits settings of the organization.', [
    'other-settings:read',
    'other-settings:write',
  ]),
];

const BY_ID = new Map(FIXED_ROLES.map((fixed) => [fixed.id as string, fixed]));

export const fixedRole = (id: string): FixedRole | null => BY_ID.get(id) ?? null;

export const BASIC_NAMES: Record<Role, string> = { admin: 'Admin', editor: 'Editor', viewer: 'Viewer', none: 'None' };

/** Names of the basic and fixed roles that carry one of the permissions. */
export function rolesGranting(permissions: readonly Permission[]): readonly string[] {
  const basic = ROLES.filter((one) => permissions.some((permission) => roleHas(one, permission))).map((one) => BASIC_NAMES[one]);
  const fixed = FIXED_ROLES.filter((one) => permissions.some((permission) => one.permissions.includes(permission)));
  return [...new Set([...basic, ...fixed.map(({ name }) => name)])];
}
