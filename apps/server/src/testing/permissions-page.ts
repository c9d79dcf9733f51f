import { acceptedBy, PERMISSIONS, permissionsOfRole, type Requirement, ROLES, roleHas, rolesGranting } from '../access/index.ts';
import type { Json } from './contract/operations.ts';

export interface Endpoint {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  /** Null: a secret in the request is asked for in place of a caller. */
  readonly requirement: Requirement | null;
  readonly usersOnly: 'always' | 'unless-may-act' | null;
  readonly isSessionOnly: boolean;
  readonly streams: boolean;
}

/** The endpoints of an OpenAPI document with what they ask of callers. */
export function endpointsOf(document: Json): Endpoint[] {
  return Object.entries(document.paths as Record<string, Record<string, Json>>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      summary: String(operation.summary ?? ''),
      tag: String((operation.tags as string[] | undefined)?.[0] ?? ''),
      requirement: (operation['x-permission'] as Requirement | undefined) ?? null,
      usersOnly: (operation['x-users-only'] as Endpoint['usersOnly'] | undefined) ?? null,
      isSessionOnly: operation['x-session-only'] === true,
      streams: JSON.stringify(operation.responses).includes('text/event-stream'),
    })),
  );
}

const mark = (yes: boolean): string => (yes ? '●' : '');

function needs({ requirement, isSessionOnly }: Endpoint): string {
  if (requirement === null) return 'nothing: the request carries a secret of its own';
  if (requirement === 'signed-in') return isSessionOnly ? 'a session' : 'any caller';
  return (acceptedBy(requirement) ?? []).map((permission) => `\`${permission}\``).join(' or ');
}

function accountsMay({ usersOnly, isSessionOnly, requirement }: Endpoint): string {
  if (requirement === null) return '';
  if (isSessionOnly || usersOnly === 'always') return 'no';
  return usersOnly === 'unless-may-act' ? 'if it may act' : 'yes';
}

/** `docs/permissions.md`: every permission with its roles, every endpoint with what it asks for. */
export function permissionsPage(endpoints: readonly Endpoint[]): string {
  const permissions = PERMISSIONS.map((permission) => {
    const roles = ROLES.filter((role) => role !== 'none').map((role) => mark(permissionsOfRole(role).has(permission)));
    const fixed = rolesGranting([permission]).filter((name) => !['Admin', 'Editor', 'Viewer'].includes(name));
    return `| \`${permission}\` | ${roles.join(' | ')} | ${fixed.join(', ')} |`;
  });
  const sorted = [...endpoints].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.method < b.method ? -1 : 1));
  const rows = sorted.map((endpoint) => {
    const accepted = endpoint.requirement === null ? null : acceptedBy(endpoint.requirement);
    const roles = ROLES.map((role) => mark(accepted === null || accepted.some((permission) => roleHas(role, permission))));
    return `| ${endpoint.method} | \`${endpoint.path}\` | ${needs(endpoint)} | ${roles.join(' | ')} | ${accountsMay(endpoint)} |`;
  });
  return [
    '# Permissions',
    '',
    'Made from the routes by `npm run docs:permissions`; a test fails when it is out of date. How roles, tokens and teams work together is in [access.md](access.md).',
    '',
    '## Permissions and the roles that carry them',
    '',
    'Written with the prefix `grafana-oncall-app.` or `grafana-irm-app.` (labels: `grafana-labels-app.`), or bare.',
    '',
    '| Permission | Admin | Editor | Viewer | Fixed roles |',
    '|---|---|---|---|---|',
    ...permissions,
    '',
    '## Endpoints',
    '',
    'A dot stands under each basic role that is enough by itself. Where several permissions are named, one of them is enough. Beyond the',
    'permission, some endpoints look at the object: what belongs to a team may be hidden, and people change their own profile, rules and tokens only.',
    '',
    '| Method | Path | Needs | Admin | Editor | Viewer | None | Service accounts |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
    "Grafana's own calls for Terraform, `/api/teams…` and `/api/org/users`, need `teams:write`; reading works with `user-settings:read` too.",
    '',
  ].join('\n');
}
