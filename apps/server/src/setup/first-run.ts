import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import {
  createOrganization,
  createToken,
  type FirstRun,
  listOrganizations,
  nextGrafanaUserId,
  renameOrganization,
} from '../access/index.ts';
import type { Config } from '../config/index.ts';
import { createChain, createStep, EMPTY_STEP } from '../escalation/index.ts';
import { createIntegration, findIntegrationType } from '../integrations/index.ts';
import { createRule } from '../notifications/index.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Db, Tx } from '../platform/db/database.ts';
import { constantTimeEqual } from '../platform/secrets.ts';
import { createUser, hasActiveUser, type User } from '../users/index.ts';

/** Any number; processes that start together agree on it. */
const FIRST_START_LOCK = 7_205_759_405;

export type FirstRunDeps = {
  db: Db;
  now: () => Date;
  organization: Config['organization'];
  /** TOCSIN_SETUP_CODE; null: the code comes from the secret key. */
  setupCode: string | null;
  setupKey: Buffer;
};

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 20;

/**
 * The code is made from the secret key and the number of users there ever were: all processes of an installation print the same one,
 * it survives a restart, and it is worth nothing once it was used.
 */
const codeFrom = (key: Buffer, users: number): string =>
  [...createHmac('sha256', key).update(`users ${users}`).digest()]
    .slice(0, CODE_LENGTH)
    .map((byte) => ALPHABET.charAt(byte % ALPHABET.length))
    .join('')
    .replace(/(.{5})(?=.)/g, '$1-');

const normal = (code: string): Buffer => Buffer.from(code.replace(/[\s-]/g, '').toUpperCase());

export function createFirstRun(deps: FirstRunDeps): FirstRun {
  const { db } = deps;
  const code = async (): Promise<string> => {
    if (deps.setupCode !== null) return deps.setupCode;
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from users`.execute(db);
    return codeFrom(deps.setupKey, rows[0]?.count ?? 0);
  };
  return {
    isNeeded: async () => !(await hasActiveUser(db)),
    code,
    isCode: async (given) => constantTimeEqual(normal(given), normal(await code())),
    create: (wanted, also) =>
      inTransaction(db, async (tx) => {
        await sql`select pg_advisory_xact_lock(${FIRST_START_LOCK})`.execute(tx);
        if (await hasActiveUser(tx)) return { ok: false, reason: 'already_set_up' };
        const now = deps.now();
        const { org, isNew } = await organizationFor(tx, deps.organization, wanted.organizationName, now);
        const { username, email, name, timezone, passwordHash } = wanted;
        const grafanaId = await nextGrafanaUserId(tx, org);
        const fields = { grafanaId, username, email, name, timezone, role: 'admin' as const, passwordHash };
        const created = await createUser(tx, org, fields, now);
        if (!created.ok) return created;
        const { user } = created;
        await createFirstRules(tx, org, user, now);
        const token = wanted.withToken ? await createToken(tx, org, { userId: user.id, name: 'first start' }, now) : null;
        if (isNew) await createFirstIntegration(tx, org, user, now);
        return { ok: true, user, apiToken: token?.text ?? null, also: await also(tx, user, now) };
      }),
  };
}

async function organizationFor(
  tx: Tx,
  settings: Config['organization'],
  name: string | null,
  now: Date,
): Promise<{ org: string; isNew: boolean }> {
  const [first] = await listOrganizations(tx);
  if (first === undefined) {
    const { stackSlug, orgSlug } = settings;
    return { org: (await createOrganization(tx, { name: name ?? settings.name, stackSlug, orgSlug }, now)).id, isNew: true };
  }
  if (name !== null && name !== first.name) await renameOrganization(tx, first.id, name);
  return { org: first.id, isNew: false };
}

/**
 * The first admin is paged by e-mail, which they see and can change. Everybody else begins without rules, as clients of OnCall's API
 * expect, and is paged by one e-mail until they have some (escalation.md 3.1, 3.2).
 */
async function createFirstRules(tx: Tx, org: string, admin: User, now: Date): Promise<void> {
  for (const important of [false, true])
    await createRule(tx, org, { userId: admin.id, important, type: 'notify_by_email', waitSeconds: null }, null, now);
}

/** Something to send alerts to, whose alerts reach the admin. */
async function createFirstIntegration(tx: Tx, org: string, admin: User, now: Date): Promise<void> {
  const chain = await createChain(tx, org, { name: 'Default', teamId: null }, now);
  await createStep(tx, org, chain.id, { ...EMPTY_STEP, type: 'notify_persons', userIds: [admin.id] }, null, now);
  const type = findIntegrationType('webhook');
  if (type === null) throw new Error('There is no integration type webhook');
  await createIntegration(
    tx,
    org,
    {
      type: 'webhook',
      title: type.title,
      hasHeartbeat: true,
      name: 'First webhook',
      descriptionShort: null,
      teamId: null,
      authorId: admin.id,
      templates: {},
      groupingScope: null,
      labels: [],
      dynamicLabels: [],
      acknowledgeHosts: [],
      defaultRoute: { escalationChainId: chain.id, messengers: {} },
    },
    now,
  );
}
