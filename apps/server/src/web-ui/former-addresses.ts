/** Where tabs of the plugin's settings page are now (web-ui.md 2.1). */
const SETTINGS_TABS: Readonly<Record<string, string>> = {
  ChatOps: '/chat-ops',
  EnvVariables: '/settings/env',
  LiveSettings: '/settings/env',
  TeamsSettings: '/teams',
  MainSettings: '/settings/organization',
};
const PLUGIN = /^\/a\/grafana-(?:oncall|irm)-app(?=\/|$)/;

/**
 * Where an address of Grafana's OnCall plugin leads here, with its query; null when it is none. Links to it stand in chats, tickets
 * and runbooks.
 * @param url path and query, as it was asked for
 */
export function presentAddress(url: string): string | null {
  const [asked = '', query = ''] = url.split(/\?(.*)/s, 2);
  const path = asked.replace(PLUGIN, '') || '/';
  const search = new URLSearchParams(query);
  const moved = movedPath(path, search);
  if (moved === null && path === asked) return null;
  const text = search.toString();
  // Two slashes at the start would lead to another server.
  return `${(moved ?? path).replace(/^[/\\]{2,}/, '/')}${text === '' ? '' : `?${text}`}`;
}

/** Takes what it has read out of the query. */
function movedPath(path: string, search: URLSearchParams): string | null {
  const incident = /^\/incidents(\/[^/]+)?\/?$/.exec(path);
  if (incident !== null) return `/alert-groups${incident[1] ?? ''}`;
  if (/^\/live-settings\/?$/.test(path)) return '/settings/env';
  const tab = search.get('tab');
  if (!/^\/settings\/?$/.test(path) || tab === null || !Object.hasOwn(SETTINGS_TABS, tab)) return null;
  search.delete('tab');
  return SETTINGS_TABS[tab] ?? null;
}
