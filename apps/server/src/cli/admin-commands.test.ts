import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  beginTotp,
  createOrganization,
  createRecoveryCodes,
  listSessions,
  nextGrafanaUserId,
  readPolicy,
  readTotp,
  startSession,
  writePolicy,
} from '../access/index.ts';
import { loadConfig } from '../config/index.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import { createSecretBox } from '../platform/secrets.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { createUser, passwordHashOf, type User, verifyPassword } from '../users/index.ts';
import { enablePasswordLoginCommand, resetPasswordCommand } from './admin-commands.ts';
import { parseCommand } from './parse.ts';

const config = loadConfig({});
const now = new Date('2026-03-02T09:00:00Z');
let database: TestDatabase;
let ada: User;

beforeAll(async () => {
  database = await createTestDatabase();
  ada = await inTransaction(database.db, async (tx) => {
    const org = (await createOrganization(tx, { name: 'Harbor' }, now)).id;
    const grafanaId = await nextGrafanaUserId(tx, org);
    const fields = { grafanaId, username: 'ada', email: 'ada@harbor.example', role: 'admin' as const, passwordHash: null };
    const made = await createUser(tx, org, fields, now);
    if (!made.ok) throw new Error(made.reason);
    return made.user;
  });
});
afterAll(() => database[Symbol.asyncDispose]());

/** Runs a command line as the program does. */
async function run(argv: string[], stdin = ''): Promise<string> {
  const command = parseCommand(argv);
  const lines: string[] = [];
  const io = { out: (text: string) => void lines.push(text), err: () => undefined, readStdin: async () => stdin };
  if (command.run === 'admin reset-password') await resetPasswordCommand(database.db, config, command, io);
  else if (command.run === 'admin enable-password-login') await enablePasswordLoginCommand(database.db, config, command, io);
  else throw new Error(command.run);
  return lines.join('\n');
}
const opens = async (password: string) =>
  verifyPassword(password, (await passwordHashOf(database.db, ada.org, ada.id))?.passwordHash ?? null);

test('a password that is reset on the server ends every session, and is printed once', async () => {
  const origin = { ip: null, userAgent: null };
  const session = { org: ada.org, userId: ada.id, method: 'password' as const, secondFactor: false, origin };
  await inTransaction(database.db, (tx) => startSession(tx, session, now));
  const printed = /^One-time password: (\S{20})$/.exec(await run(['admin', 'reset-password']))?.[1] ?? '';
  expect(await opens(printed)).toBe(true);
  expect(await listSessions(database.db, ada.org, ada.id)).toEqual([]);
});

test('a password from standard input is held to the rules, and second factors go only when asked to', async () => {
  await inTransaction(database.db, async (tx) => {
    await beginTotp(tx, createSecretBox('the secret key of all tests'), ada, now);
    await createRecoveryCodes(tx, ada.org, ada.id);
  });
  const reset = ['admin', 'reset-password', '--user', 'ADA@harbor.example', '--password-stdin'];
  await expect(run(reset, 'short\n')).rejects.toThrow('at least 12 characters');
  expect(await run(reset, 'a lantern in the fog\n')).toBe('');
  expect(await opens('a lantern in the fog')).toBe(true);
  expect(await readTotp(database.db, ada.org, ada.id)).not.toBeNull();
  await run([...reset, '--remove-second-factor'], 'a lantern in the fog\n');
  expect(await readTotp(database.db, ada.org, ada.id)).toBeNull();
  await expect(run(['admin', 'reset-password', '--user', 'nobody'])).rejects.toThrow('There is no active user nobody');
});

test('password sign-in is switched on again from the server, and everything is recorded', async () => {
  const policy = await readPolicy(database.db, ada.org);
  await inTransaction(database.db, (tx) => writePolicy(tx, ada.org, { ...policy, passwordSignIn: false }));
  await run(['admin', 'enable-password-login']);
  expect((await readPolicy(database.db, ada.org)).passwordSignIn).toBe(true);
  const rows = await database.db.selectFrom('audit_record').select(['action_name', 'via']).orderBy('seq').execute();
  expect(rows.map(({ action_name, via }) => `${via} ${action_name}`)).toEqual([
    'cli password_changed',
    'cli password_changed',
    'cli second_factor_disabled',
    'cli password_changed',
    'cli organization_setting_updated',
  ]);
});

test('the first admin is made by name, and has no other role', () => {
  expect(parseCommand(['admin', 'create', '--username', 'ada', '--email', 'a@b'])).toMatchObject({
    run: 'user create',
    role: 'admin',
  });
  expect(() => parseCommand(['admin', 'create', '--username', 'ada', '--email', 'a@b', '--role', 'viewer'])).toThrow();
});
