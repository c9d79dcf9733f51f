import { createOrganization, createToken, listOrganizations, nextGrafanaUserId, type Role } from '../access/index.ts';
import { type Config, loadConfig } from '../config/index.ts';
import { ensureSecretKey } from '../config/secret-key.ts';
import { createDb, createPool, inTransaction } from '../platform/db/create-db.ts';
import type { Db, Tx } from '../platform/db/database.ts';
import type { Log } from '../platform/log.ts';
import { resealAll } from '../platform/sealed-columns.ts';
import { createSecretBox } from '../platform/secrets.ts';
import { SEALED_COLUMNS } from '../sealed-columns.ts';
import { createUser, findUserByLogin, hashPassword, listAdmins, newOneTimePassword, type User } from '../users/index.ts';
import { migrateAll, openDatabase } from './database.ts';
import type { Command } from './parse.ts';
import { UsageError } from './usage.ts';

export type Output = { out: (text: string) => void; err: (text: string) => void; readStdin: () => Promise<string> };

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

async function chooseOrganization(tx: Tx, config: Config, wanted: string | null, now: Date): Promise<string> {
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
  const given = command.passwordFromStdin ? (await io.readStdin()).replace(/\r?\n$/, '') : null;
  if (given !== null && given.length < 8) throw new UsageError('The password must have at least 8 characters');
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

async function chooseUser(tx: Tx, org: string, login: string | null): Promise<User> {
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
    return (await createToken(tx, org, { userId: user.id, name: command.name }, now)).text;
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
  command: Extract<Command, { run: 'migrate' | 'user create' | 'token create' | 'keys rotate' }>,
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
    if (command.run === 'keys rotate') return rotateKeysCommand(db, config, io);
    return command.run === 'user create'
      ? createUserCommand(db, config, command, io)
      : createTokenCommand(db, config, command, io);
  });
}
