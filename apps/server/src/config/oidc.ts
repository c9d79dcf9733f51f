import type { EnvReader } from './env-reader.ts';

/** A provider of OpenID Connect, as its settings say (access.md 7.4). */
export type OidcConfig = {
  /** Part of addresses: `default`, or the name in `OIDC_<NAME>_ISSUER` in lower case. */
  name: string;
  /** On the button. */
  label: string;
  issuer: string;
  clientId: string;
  /** null: a public client. */
  clientSecret: string | null;
  scopes: string;
  claims: { email: string; username: string; name: string; groups: string; picture: string };
  /** Group to basic role or named role, in the order of the setting. */
  roleMap: { group: string; role: string }[];
  /** `*`: a team for each group. */
  teamMap: { group: string; team: string }[] | '*';
  /** Of people whom the map gives no basic role; null refuses them. */
  defaultRole: BasicRole | null;
  autoProvision: boolean;
  /** Empty: any. */
  allowedDomains: string[];
  syncOnLogin: boolean;
  /** Which existing users a verified address claims: nobody, those who were never claimed, or everybody. */
  linkByEmail: 'never' | 'unclaimed' | 'always';
  /** Takes addresses as verified of providers that do not say. */
  trustEmail: boolean;
};

const BASIC_ROLES = ['admin', 'editor', 'viewer', 'none'] as const;
type BasicRole = (typeof BASIC_ROLES)[number];

const basicRole = (word: string): BasicRole | undefined => BASIC_ROLES.find((role) => role === word.toLowerCase());
const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127\./.test(host);

/** `group=role, other group=other role`, in their order; the last `=` divides, for groups are paths at times. */
function readPairs(read: EnvReader, name: string): { left: string; right: string }[] {
  return (read.optional(name) ?? '')
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .flatMap((part) => {
      const at = part.lastIndexOf('=');
      const [left, right] = [part.slice(0, at).trim(), part.slice(at + 1).trim()];
      if (at > 0 && left !== '' && right !== '') return [{ left, right }];
      read.problem(`${name}: ${JSON.stringify(part)} must look like group=name`);
      return [];
    });
}

function readProvider(read: EnvReader, name: string, prefix: string): OidcConfig | null {
  const issuer = read.target(`${prefix}ISSUER`);
  const clientId = read.optional(`${prefix}CLIENT_ID`);
  const clientSecret = read.secret(`${prefix}CLIENT_SECRET`);
  if (issuer === null) {
    if (clientId !== null) read.problem(`${prefix}CLIENT_ID is set without ${prefix}ISSUER`);
    return null;
  }
  if (clientId === null) read.problem(`${prefix}CLIENT_ID is missing`);
  const { protocol, hostname } = new URL(issuer);
  if (protocol !== 'https:' && !isLoopback(hostname)) read.problem(`${prefix}ISSUER must begin with https://`);
  const defaultRole = read.string(`${prefix}DEFAULT_ROLE`, 'viewer').toLowerCase();
  if (defaultRole !== 'deny' && basicRole(defaultRole) === undefined)
    read.problem(`${prefix}DEFAULT_ROLE must be ${BASIC_ROLES.join(', ')} or deny, got ${JSON.stringify(defaultRole)}`);
  const claim = (suffix: string, otherwise: string) => read.string(`${prefix}CLAIM_${suffix}`, otherwise);
  const teams = read.optional(`${prefix}TEAM_MAP`);
  return {
    name,
    label: read.string(`${prefix}LABEL`, name === 'default' ? 'single sign-on' : name),
    issuer,
    clientId: clientId ?? '',
    clientSecret,
    scopes: read.string(`${prefix}SCOPES`, 'openid profile email'),
    claims: {
      email: claim('EMAIL', 'email'),
      username: claim('USERNAME', 'preferred_username'),
      name: claim('NAME', 'name'),
      groups: claim('GROUPS', 'groups'),
      picture: claim('PICTURE', 'picture'),
    },
    roleMap: readPairs(read, `${prefix}ROLE_MAP`).map(({ left, right }) => ({ group: left, role: right })),
    teamMap: teams === '*' ? '*' : readPairs(read, `${prefix}TEAM_MAP`).map(({ left, right }) => ({ group: left, team: right })),
    defaultRole: basicRole(defaultRole) ?? null,
    autoProvision: read.boolean(`${prefix}AUTO_PROVISION`, true),
    allowedDomains: read.list(`${prefix}ALLOWED_DOMAINS`).map((domain) => domain.replace(/^@/, '').toLowerCase()),
    syncOnLogin: read.boolean(`${prefix}SYNC_ON_LOGIN`, true),
    linkByEmail: read.oneOf(`${prefix}LINK_BY_EMAIL`, ['never', 'unclaimed', 'always'], 'unclaimed'),
    trustEmail: read.boolean(`${prefix}TRUST_EMAIL`, false),
  };
}

/** The providers that people sign in by: `OIDC_ISSUER` is the one called `default`, each `OIDC_<NAME>_ISSUER` a further one. */
export function readOidc(read: EnvReader): OidcConfig[] {
  const named = read
    .names(/^OIDC_([A-Z0-9]+)_ISSUER$/)
    .map(([, name = '']) => name)
    .filter((name) => name !== 'CLAIM');
  return [
    readProvider(read, 'default', 'OIDC_'),
    ...named.map((name) => readProvider(read, name.toLowerCase(), `OIDC_${name}_`)),
  ].filter((provider) => provider !== null);
}
