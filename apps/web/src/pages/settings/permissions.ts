/** A permission without the prefix of the plugin that it may carry: `grafana-oncall-app.integrations:write` is `integrations:write`. */
export const plain = (permission: string): string => permission.replace(/^grafana-(oncall|irm|labels)-app\./, '');

const sentence = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`;

type Grouped = readonly (readonly [resource: string, actions: readonly { permission: string; action: string }[]])[];

/** Permissions by resource, those that a search finds. */
export function groupedPermissions(permissions: readonly string[], search = ''): Grouped {
  const groups = new Map<string, { permission: string; action: string }[]>();
  const wanted = search.trim().toLowerCase();
  for (const permission of [...new Set(permissions.map(plain))].sort()) {
    if (!permission.toLowerCase().includes(wanted)) continue;
    const [resource = '', action = ''] = permission.split(':');
    const known = groups.get(sentence(resource)) ?? [];
    groups.set(sentence(resource), [...known, { permission, action: sentence(action) }]);
  }
  return [...groups];
}
