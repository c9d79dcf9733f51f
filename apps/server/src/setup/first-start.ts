import { ConfigError } from '../config/index.ts';
import type { Context } from '../context.ts';
import { hashPassword, newOneTimePassword, passwordProblem, type User } from '../users/index.ts';

export type FirstStart = {
  admin: User;
  /** null when TOCSIN_ADMIN_PASSWORD set it. */
  oneTimePassword: string | null;
  apiToken: string;
};

/** The admin that the settings name, with the password they name; null where they name none, or somebody may sign in already. */
export async function createAdminOfSettings(ctx: Context): Promise<User | null> {
  const { config, firstRun } = ctx;
  const { adminPassword } = config.secrets;
  if (adminPassword === null || config.admin.email === null) return null;
  if (!(await firstRun.isNeeded())) {
    ctx.log.info('TOCSIN_ADMIN_PASSWORD is ignored: there is somebody who can sign in');
    return null;
  }
  return (await createAdmin(ctx, adminPassword, false))?.admin ?? null;
}

/**
 * Gives an empty installation its organization, an admin with an API token, and an integration whose alerts reach the admin by
 * e-mail. Does nothing when somebody may sign in already. One process does it, however many start.
 */
export async function createOnFirstStart(ctx: Context): Promise<FirstStart | null> {
  if (!(await ctx.firstRun.isNeeded())) return null;
  const given = ctx.config.secrets.adminPassword;
  const password = given ?? newOneTimePassword();
  const made = await createAdmin(ctx, password, true);
  return made === null ? null : { ...made, oneTimePassword: given === null ? password : null };
}

async function createAdmin(
  { config, firstRun }: Context,
  password: string,
  withToken: boolean,
): Promise<{ admin: User; apiToken: string } | null> {
  const email = config.admin.email ?? 'admin@localhost';
  const problem = passwordProblem(password, email);
  if (problem !== null && config.secrets.adminPassword !== null) throw new ConfigError([`TOCSIN_ADMIN_PASSWORD: ${problem}`]);
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
  if (made.ok) return { admin: made.user, apiToken: made.apiToken ?? '' };
  if (made.reason === 'already_set_up') return null;
  throw new Error(`The first admin could not be created: ${made.reason}`);
}
