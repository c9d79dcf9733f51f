import { sql } from 'kysely';
import { createOrganization, createToken, listOrganizations, nextGrafanaUserId } from '../access/index.ts';
import type { Context } from '../context.ts';
import { createChain, createStep, EMPTY_STEP } from '../escalation/index.ts';
import { createIntegration, findIntegrationType } from '../integrations/index.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Tx } from '../platform/db/database.ts';
import { createUser, hashPassword, newOneTimePassword, type User } from '../users/index.ts';

/** Any number; processes that start together agree on it. */
const FIRST_START_LOCK = 7_205_759_405;

export type FirstStart = {
  admin: User;
  /** null when TOCSIN_ADMIN_PASSWORD set it. */
  oneTimePassword: string | null;
  apiToken: string;
};

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

/**
 * Gives an empty installation its organization, an admin with an API token, and an integration whose alerts reach the admin by
 * e-mail. Does nothing when there is an organization, or ever was one. One process does it, however many start.
 */
export async function createOnFirstStart(ctx: Context): Promise<FirstStart | null> {
  const { config, clock } = ctx;
  if ((await listOrganizations(ctx.db)).length > 0) return null;
  const given = config.secrets.adminPassword;
  const password = given ?? newOneTimePassword();
  const passwordHash = await hashPassword(password);
  return inTransaction(ctx.db, async (tx) => {
    await sql`select pg_advisory_xact_lock(${FIRST_START_LOCK})`.execute(tx);
    const now = clock.now();
    if ((await tx.selectFrom('organization').select('id').limit(1).execute()).length > 0) return null;
    const { name, stackSlug, orgSlug } = config.organization;
    const org = (await createOrganization(tx, { name, stackSlug, orgSlug }, now)).id;
    const fields = {
      grafanaId: await nextGrafanaUserId(tx, org),
      username: 'admin',
      email: config.admin.email ?? 'admin@localhost',
      role: 'admin' as const,
      passwordHash,
    };
    const created = await createUser(tx, org, fields, now);
    if (!created.ok) throw new Error(`The first admin could not be created: ${created.reason}`);
    const { text } = await createToken(tx, org, { userId: created.user.id, name: 'first start' }, now);
    await createFirstIntegration(tx, org, created.user, now);
    return { admin: created.user, oneTimePassword: given === null ? password : null, apiToken: text };
  });
}
