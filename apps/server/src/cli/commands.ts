import { createToken, freeTokenName, nextGrafanaUserId, type Role } from '../access/index.ts';
import { type Config, loadConfig } from '../config/index.ts';
import { ensureSecretKey } from '../config/secret-key.ts';
import { createDb, createPool, inTransaction } from '../platform/db/create-db.ts';
import type { Db } from '../platform/db/database.ts';
import type { Log } from '../platform/log.ts';
import { resealAll } from '../platform/sealed-columns.ts';
import { createSecretBox } from '../platform/secrets.ts';
import { SEALED_COLUMNS } from '../sealed-columns.ts';
import { createUser, hashPassword, newOneTimePassword } from '../users/index.ts';
import { enablePasswordLoginCommand, resetPasswordCommand } from './admin-commands.ts';
import { chooseOrganization, chooseUser, type Output, readPassword } from './ask.ts';
import { migrateAll, openDatabase } from './database.ts';
import type { Command } from './parse.ts';
import { UsageError } from './usage.ts';

/** Opens the database for the time of a command, migrated, beside a server that may run. */
async function withDatabase<T>(config: Config, log: Log, run: (db: Db) => Promise<T>): Promise<T> {
  const database = await openDatabase(config, 'command', log);
  try {
    await migrateAll(database.connection, log);
    const db = createDb(createPool({ connection: database.connection, poolSize: 2, applicationName: 'tocsin command' }, log));
    try {
      return await run(db);
    } finally {
      await db.destroy();
    }
  } finally {
    await database.close();
  }
}

const REFUSALS = {
  invalid_username: 'The username must be 1 to 100 characters without blanks',
  invalid_email: 'The e-mail address is not valid',
  username_taken: 'An active user has this username',
  email_taken: 'An active user has this e-mail address',
};

async function createUserCommand(
  db: Db,
  config: Config,
  command: Extract<Command, { run: 'user create' }>,
  io: Output,
): Promise<void> {
  const given = command.passwordFromStdin ? await readPassword(io, command.email) : null;
  const password = given ?? newOneTimePassword();
  const passwordHash = await hashPassword(password);
  const { username, email, name } = command;
  const role: Role = command.role;
  const now = new Date();
  const user = await inTransaction(db, async (tx) => {
    const org = await chooseOrganization(tx, config, command.organization, now);
    const grafanaId = await nextGrafanaUserId(tx, org);
    const result = await createUser(tx, org, { grafanaId, username, email, name, role, passwordHash }, now);
    if (!result.ok) throw new UsageError(REFUSALS[result.reason]);
    return result.user;
  });
  io.err(`Created the user ${user.username} (${user.id}), role ${user.role}.`);
  if (given === null) io.out(`One-time password: ${password}`);
}

async function createTokenCommand(
  db: Db,
  config: Config,
  command: Extract<Command, { run: 'token create' }>,
  io: Output,
): Promise<void> {
  const now = new Date();
  const text = await inTransaction(db, async (tx) => {
    const org = await chooseOrganization(tx, config, command.organization, now);
    const user = await chooseUser(tx, org, command.user);
    const free = await freeTokenName(tx, org, user.id, command.name ?? 'command line');
    if (command.name !== null && free !== command.name) throw new UsageError('A token of this user has this name');
    return (await createToken(tx, org, { userId: user.id, name: free }, now)).text;
  });
  io.out(text);
}

async function rotateKeysCommand(db: Db, config: Config, io: Output): Promise<void> {
  const { encryptionKeys } = config.secrets;
  const [first] = encryptionKeys;
  const secrets = createSecretBox(await ensureSecretKey(config), encryptionKeys);
  const { resealed, unreadable } = await resealAll(db, secrets, SEALED_COLUMNS);
  io.err(`Encrypted ${resealed} secrets anew under ${first === undefined ? 'the key of SECRET_KEY' : `the key ${first.id}`}.`);
  if (unreadable.length > 0) throw new UsageError(`No key opens these, so keep the old keys: ${unreadable.join(', ')}`);
  io.err('The other keys are no longer needed, except for backups.');
}

/** Runs a command that ends by itself. */
export async function runCommand(
  command: Exclude<Command, { run: 'help' | 'version' | 'serve' | 'openapi' }>,
  env: Readonly<Record<string, string | undefined>>,
  log: Log,
  io: Output,
): Promise<void> {
  const config = loadConfig(env);
  if (command.run === 'migrate') {
    const database = await openDatabase(config, 'command', log);
    try {
      const applied = await migrateAll(database.connection, log);
      io.err(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`);
    } finally {
      await database.close();
    }
    return;
  }
  await withDatabase(config, log, (db) => {
    switch (command.run) {
      case 'keys rotate':
        return rotateKeysCommand(db, config, io);
      case 'user create':
        return createUserCommand(db, config, command, io);
      case 'token create':
        return createTokenCommand(db, config, command, io);
      case 'admin reset-password':
        return resetPasswordCommand(db, config, command, io);
      case 'admin enable-password-login':
        return enablePasswordLoginCommand(db, config, command, io);
    }
  });
}
