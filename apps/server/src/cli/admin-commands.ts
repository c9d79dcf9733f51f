import { forcePassword, readPolicy, removeSecondFactors, writePolicy } from '../access/index.ts';
import { type AuditEvent, type AuditSource, recordAudit } from '../audit/index.ts';
import type { Config } from '../config/index.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Db } from '../platform/db/database.ts';
import { newOneTimePassword, type User } from '../users/index.ts';
import { chooseOrganization, chooseUser, type Output, readPassword } from './ask.ts';
import type { Command } from './parse.ts';

/** Whoever may run commands on the server. */
const operator: AuditSource = {
  actor: { type: 'system', id: null, name: 'command line' },
  via: 'cli',
  ip: null,
  userAgent: null,
  requestId: null,
};

const about = (name: string, user: User): AuditEvent => ({
  type: 'session',
  name,
  resource: { type: 'user', id: user.id, name: user.username },
});

/** Sets a person's password without the old one, and ends all their sessions. */
export async function resetPasswordCommand(
  db: Db,
  config: Config,
  command: Extract<Command, { run: 'admin reset-password' }>,
  io: Output,
): Promise<void> {
  const now = new Date();
  const { user, password } = await inTransaction(db, async (tx) => {
    const org = await chooseOrganization(tx, config, command.organization, now);
    const user = await chooseUser(tx, org, command.user);
    const password = command.passwordFromStdin ? await readPassword(io, user.email) : newOneTimePassword();
    await forcePassword(tx, user, password);
    if (command.removeSecondFactor && (await removeSecondFactors(tx, org, user.id)))
      await recordAudit(tx, org, operator, about('second_factor_disabled', user), now);
    await recordAudit(tx, org, operator, about('password_changed', user), now);
    return { user, password };
  });
  io.err(`Set a new password for ${user.username} (${user.id}) and ended all their sessions.`);
  if (!command.passwordFromStdin) io.out(`One-time password: ${password}`);
}

/** Lets people sign in by password again. */
export async function enablePasswordLoginCommand(
  db: Db,
  config: Config,
  command: Extract<Command, { run: 'admin enable-password-login' }>,
  io: Output,
): Promise<void> {
  const now = new Date();
  await inTransaction(db, async (tx) => {
    const org = await chooseOrganization(tx, config, command.organization, now);
    const policy = await readPolicy(tx, org);
    await writePolicy(tx, org, { ...policy, passwordSignIn: true });
    const resource = { type: 'sign_in_policy', id: org, name: 'sign-in policy' };
    const [before, after] = [{ password: policy.passwordSignIn }, { password: true }];
    await recordAudit(
      tx,
      org,
      operator,
      { type: 'settings', name: 'organization_setting_updated', resource, before, after },
      now,
    );
  });
  io.err('People can sign in by password.');
}
