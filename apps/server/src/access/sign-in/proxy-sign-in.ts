import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Tx } from '../../platform/db/database.ts';
import { createUser, findUserByLogin, passwordHashOf, type Role, type User } from '../../users/index.ts';
import { nextGrafanaUserId } from '../organizations.ts';

/** A reverse proxy that signs people in and says who they are (access.md 7.1: a last resort). */
export interface ProxySignIn {
  readonly header: string;
  readonly emailHeader: string | null;
  readonly nameHeader: string | null;
  readonly addresses: readonly string[];
  readonly autoProvision: boolean;
  readonly defaultRole: Role;
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Whether the address at the other end of the connection is that of a proxy which is believed; forwarded addresses do not count. */
export function createProxyCheck(addresses: readonly string[]): (peer: string | undefined) => boolean {
  const list = new BlockList();
  for (const entry of addresses) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (peer) => {
    const address = MAPPED.exec(peer ?? '')?.[1] ?? peer ?? '';
    return isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  };
}

export type ProxySignInResult =
  | { readonly ok: true; readonly user: User; readonly isNew: boolean }
  | { readonly ok: false; readonly reason: 'not_provisioned' | 'user_deactivated' | 'account_exists' };

/** The user whom a proxy names, made where the settings say so. */
export async function userOfProxy(
  tx: Tx,
  org: string,
  settings: Pick<ProxySignIn, 'autoProvision' | 'defaultRole'>,
  named: { readonly login: string; readonly email: string | null; readonly name: string | null },
  now: Date,
): Promise<ProxySignInResult> {
  const user = await findUserByLogin(tx, org, named.login);
  if (user !== null) {
    const isWelcome = (await passwordHashOf(tx, org, user.id))?.isWelcome === true;
    return isWelcome ? { ok: true, user, isNew: false } : { ok: false, reason: 'user_deactivated' };
  }
  const email = named.email ?? (named.login.includes('@') ? named.login : null);
  if (!settings.autoProvision || email === null) return { ok: false, reason: 'not_provisioned' };
  const grafanaId = await nextGrafanaUserId(tx, org);
  const username = named.login.split('@')[0] ?? named.login;
  const fields = { grafanaId, username, email, name: named.name ?? '', role: settings.defaultRole, passwordHash: null };
  const made = await createUser(tx, org, fields, now);
  if (!made.ok) return { ok: false, reason: made.reason.endsWith('taken') ? 'account_exists' : 'not_provisioned' };
  await tx
    .updateTable('users')
    .set({ origin: 'proxy' })
    .where('organization_id', '=', org)
    .where('id', '=', made.user.id)
    .execute();
  return { ok: true, user: made.user, isNew: true };
}
