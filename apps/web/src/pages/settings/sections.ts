/** The sections of the settings, in their order. Each has its page. */
export const SETTINGS = [
  { path: '/settings/organization', label: 'Organization', permission: 'other-settings:read' },
  { path: '/settings/env', label: 'Server', permission: 'other-settings:read' },
  { path: '/settings/tokens', label: 'API tokens', permission: 'api-keys:read' },
  { path: '/settings/service-accounts', label: 'Service accounts', permission: 'admin:admin' },
  { path: '/settings/roles', label: 'Roles', permission: 'roles:write' },
  { path: '/settings/audit', label: 'Audit log', permission: 'audit-log:read' },
] as const;
