/** The sections of the settings, in their order. Each has its page. */
export const SETTINGS = [{ path: '/settings/audit', label: 'Audit log', permission: 'audit-log:read' }] as const;
