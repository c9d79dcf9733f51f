import { createOrganization, listOrganizations } from '../access/index.ts';
import type { Config } from '../config/index.ts';
import type { Tx } from '../platform/db/database.ts';
import { findUserByLogin, listAdmins, passwordProblem, type User } from '../users/index.ts';
import { UsageError } from './usage.ts';

export type Output = { out: (text: string) => void; err: (text: string) => void; readStdin: () => Promise<string> };

/** The organization that a command is about: the named one, or the only one. */
export async function chooseOrganization(tx: Tx, config: Config, wanted: string | null, now: Date): Promise<string> {
  const organizations = await listOrganizations(tx);
  if (wanted !== null) {
    if (organizations.some(({ id }) => id === wanted)) return wanted;
    throw new UsageError(`There is no organization ${wanted}`);
  }
  const [only, ...others] = organizations;
  if (others.length > 0)
    throw new UsageError(`Name one with --organization: ${organizations.map(({ id, name }) => `${id} (${name})`).join(', ')}`);
  return only?.id ?? (await createOrganization(tx, config.organization, now)).id;
}

/** @throws UsageError when it is not good enough */
export async function readPassword(io: Output, email: string): Promise<string> {
  const password = (await io.readStdin()).replace(/\r?\n$/, '');
  const problem = passwordProblem(password, email);
  if (problem !== null) throw new UsageError(`The password will not do: ${problem}`);
  return password;
}

/** The person that a command is about: the named one, or the only admin. */
export async function chooseUser(tx: Tx, org: string, login: string | null): Promise<User> {
  if (login !== null) {
    const user = await findUserByLogin(tx, org, login);
    if (user === null) throw new UsageError(`There is no active user ${login}`);
    return user;
  }
  const admins = await listAdmins(tx, org);
  const [only, ...others] = admins;
  if (only === undefined) throw new UsageError('There is no admin yet: run "tocsin user create --role admin …" first');
  if (others.length > 0) throw new UsageError(`Name one with --user: ${admins.map(({ username }) => username).join(', ')}`);
  return only;
}
