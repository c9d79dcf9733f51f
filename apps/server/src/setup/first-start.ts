import { ConfigError } from '../config/index.ts';
import type { Context } from '../context.ts';
import { hashPassword, newOneTimePassword, passwordProblem, type User } from '../users/index.ts';

export type FirstStart = {
  admin: User;
  /** null when TOCSIN_ADMIN_PASSWORD set it. */
  oneTimePassword: string | null;
  /** null when none was asked for. */
  apiToken: string | null;
};

/**
 * Gives an empty installation its organization, an admin, and an integration whose alerts reach the admin by e-mail. Does nothing
 * when somebody may sign in already. One process does it, however many start.
 * @param withToken makes an API token, too
 * @throws ConfigError when TOCSIN_ADMIN_PASSWORD will not do
 */
export async function createOnFirstStart({ config, firstRun }: Context, withToken: boolean): Promise<FirstStart | null> {
  const given = config.secrets.adminPassword;
  const email = config.admin.email ?? 'admin@localhost';
  const problem = given === null ? null : passwordProblem(given, email);
  if (problem !== null) throw new ConfigError([`TOCSIN_ADMIN_PASSWORD: ${problem}`]);
  const password = given ?? newOneTimePassword();
  const made = await firstRun.create(
    {
      organizationName: null,
      name: '',
      username: 'admin',
      email,
      passwordHash: await hashPassword(password),
      timezone: null,
      withToken,
    },
    async () => undefined,
  );
  if (made.ok) return { admin: made.user, oneTimePassword: given === null ? password : null, apiToken: made.apiToken };
  if (made.reason === 'already_set_up') return null;
  throw new Error(`The first admin could not be created: ${made.reason}`);
}
