import type { Role } from '../../users/index.ts';

/** A provider of OpenID Connect and how its people become ours (access.md 7.4). */
export interface OidcProvider {
  /** Part of addresses. */
  readonly name: string;
  readonly label: string;
  readonly issuer: string;
  readonly clientId: string;
  /** null: a public client. */
  readonly clientSecret: string | null;
  readonly scopes: string;
  readonly claims: Readonly<Record<'email' | 'username' | 'name' | 'groups' | 'picture', string>>;
  readonly roleMap: readonly { readonly group: string; readonly role: string }[];
  readonly teamMap: readonly { readonly group: string; readonly team: string }[] | '*';
  /** Of people whom the map gives no basic role; null refuses them. */
  readonly defaultRole: Role | null;
  readonly autoProvision: boolean;
  readonly allowedDomains: readonly string[];
  readonly syncOnLogin: boolean;
  readonly linkByEmail: 'never' | 'unclaimed' | 'always';
  readonly trustEmail: boolean;
}

/** What a provider said of a person. */
export interface OidcPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly isEmailVerified: boolean;
  readonly username: string | null;
  readonly name: string;
  readonly groups: readonly string[];
  readonly picture: string | null;
  /** Whether the provider says that the person has shown more than a password (RFC 8176). */
  readonly hasSecondFactor: boolean;
}

export type Claims = Readonly<Record<string, unknown>>;

const textOf = (claim: unknown): string | null => (typeof claim === 'string' && claim.trim() !== '' ? claim.trim() : null);

/** The value of a claim; dots go into objects, as in `realm_access.roles`, where no claim has the whole name. */
export function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((at, key) => {
    const isThere = typeof at === 'object' && at !== null && Object.hasOwn(at, key);
    return isThere ? (at as Claims)[key] : undefined;
  }, claims);
}

function groupsOf(claim: unknown): string[] {
  const list = Array.isArray(claim) ? claim : typeof claim === 'string' ? claim.split(/[,\s]+/) : [];
  return [...new Set(list.filter((group): group is string => typeof group === 'string' && group !== ''))];
}

const STRONG = new Set(['mfa', 'otp', 'hwk', 'swk', 'fpt', 'face', 'iris', 'sc', 'pin']);

/** Reads a person from the claims of an id token, with those of the user info endpoint behind them. */
export function personOfClaims(provider: Pick<OidcProvider, 'claims' | 'trustEmail'>, claims: Claims): OidcPerson {
  const { email, username, name, groups, picture } = provider.claims;
  const verified = claims.email_verified;
  const image = textOf(claimOf(claims, picture));
  return {
    issuer: String(claims.iss),
    subject: String(claims.sub),
    email: textOf(claimOf(claims, email)),
    isEmailVerified: verified === true || verified === 'true' || (verified === undefined && provider.trustEmail),
    username: textOf(claimOf(claims, username)),
    name: textOf(claimOf(claims, name)) ?? '',
    groups: groupsOf(claimOf(claims, groups)),
    picture: image !== null && /^https:\/\//.test(image) && image.length <= 2_000 ? image : null,
    hasSecondFactor: Array.isArray(claims.amr) && claims.amr.some((method) => STRONG.has(String(method))),
  };
}

const BASIC: Readonly<Record<string, Role>> = { admin: 'admin', editor: 'editor', viewer: 'viewer', none: 'none' };

/** What groups give: the first basic role of the map, and names or ids of added roles. `role` is null where the map gives none. */
export function mappedRoles(
  roleMap: OidcProvider['roleMap'],
  groups: readonly string[],
): { role: Role | null; added: readonly string[] } {
  const granted = roleMap.filter(({ group }) => groups.includes(group)).map(({ role }) => role);
  const basic = granted.map((role) => BASIC[role.toLowerCase()]).find((role) => role !== undefined);
  return { role: basic ?? null, added: granted.filter((role) => BASIC[role.toLowerCase()] === undefined) };
}

/** Names of the added roles that a map can give, and so take away. */
export const rolesOfMap = (roleMap: OidcProvider['roleMap']): string[] =>
  roleMap.map(({ role }) => role).filter((role) => BASIC[role.toLowerCase()] === undefined);

/** Names of the teams that groups give. */
export const mappedTeams = (teamMap: OidcProvider['teamMap'], groups: readonly string[]): readonly string[] =>
  teamMap === '*' ? groups : [...new Set(teamMap.filter(({ group }) => groups.includes(group)).map(({ team }) => team))];

export const isAllowedDomain = (domains: readonly string[], email: string | null): boolean =>
  domains.length === 0 || (email !== null && domains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase()));
