import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrganization } from '../access/index.ts';
import { inTransaction } from '../platform/db/create-db.ts';
import type { Db } from '../platform/db/database.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { type AuditRecord, type AuditSource, forgetAudit, listAudit, readAudit, recordAudit, verifyAudit } from './index.ts';

const now = new Date('2026-05-04T10:00:00Z');
const ida: AuditSource = {
  actor: { type: 'user', id: 'U1', name: 'ida' },
  via: 'web',
  ip: '192.0.2.7',
  userAgent: 'Firefox',
  requestId: 'r1',
};

describe('audit log', () => {
  let database: TestDatabase;
  let db: Db;
  let organizations = 0;
  const newOrganization = async () => {
    organizations += 1;
    const settings = { name: `org ${organizations}`, orgSlug: `o${organizations}`, stackSlug: 's', stackId: 5 };
    return inTransaction(db, async (tx) => (await createOrganization(tx, settings, now)).id);
  };
  const append = (org: string, event: Parameters<typeof recordAudit>[3], at = now) =>
    inTransaction(db, (tx) => recordAudit(tx, org, ida, event, at));
  const all = async (org: string) => {
    const records: AuditRecord[] = [];
    for await (const batch of readAudit(db, org, {})) records.push(...batch);
    return records;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    db = database.db;
  });
  afterAll(() => database[Symbol.asyncDispose]());

  it('keeps the changed keys only, and no secret', async () => {
    const org = await newOrganization();
    await append(org, {
      type: 'resource',
      name: 'updated',
      resource: { type: 'outgoing_webhook', id: 'WH1', name: 'Billing' },
      before: { name: 'Old', url: 'https://a', password: 'hunter2', link: 'https://x/integrations/v1/webhook/abc/' },
      after: { name: 'New', url: 'https://a', password: 'hunter3', link: 'https://x/integrations/v1/webhook/def/' },
    });
    const [record] = await all(org);
    expect(record).toMatchObject({
      seq: 1,
      at: now,
      actor: { type: 'user', id: 'U1', name: 'ida' },
      ip: '192.0.2.7',
      before: { name: 'Old', password: '******', link: '******' },
      after: { name: 'New', password: '******', link: '******' },
    });
    expect(record?.before).not.toHaveProperty('url');
  });

  it('does not record an update that changed nothing', async () => {
    const org = await newOrganization();
    await append(org, { type: 'resource', name: 'updated', before: { name: 'a' }, after: { name: 'a' } });
    expect(await all(org)).toEqual([]);
  });

  it('takes any text that a request may hold', async () => {
    const org = await newOrganization();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (before, after) => {
        await append(org, { type: 'resource', name: 'updated', note: after, before: { before }, after: { after } });
      }),
      { numRuns: 50, seed: 7 },
    );
    expect(await verifyAudit(db, org)).toEqual({ ok: true, records: 50, firstBroken: null });
  });

  it('numbers the records of writers that come together without gaps', async () => {
    const org = await newOrganization();
    await Promise.all(Array.from({ length: 20 }, (_, i) => append(org, { type: 'session', name: `event ${i}` })));
    expect((await all(org)).map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(await verifyAudit(db, org)).toMatchObject({ ok: true, records: 20 });
  });

  it('refuses changes and deletions, and shows those that were made past it', async () => {
    const org = await newOrganization();
    for (let i = 0; i < 4; i += 1) await append(org, { type: 'session', name: 'login_succeeded' });
    await expect(sql`update audit_record set note = 'x' where organization_id = ${org}`.execute(db)).rejects.toThrow(
      'append-only',
    );
    await expect(sql`delete from audit_record where organization_id = ${org}`.execute(db)).rejects.toThrow('append-only');
    await inTransaction(db, async (tx) => {
      await sql`alter table audit_record disable trigger audit_record_append_only`.execute(tx);
      await sql`update audit_record set actor_name = 'mallory' where organization_id = ${org} and seq = 3`.execute(tx);
      await sql`alter table audit_record enable trigger audit_record_append_only`.execute(tx);
    });
    expect(await verifyAudit(db, org)).toEqual({ ok: false, records: 2, firstBroken: 3 });
  });

  it('shows that the newest records were taken away', async () => {
    const org = await newOrganization();
    for (let i = 0; i < 3; i += 1) await append(org, { type: 'session', name: 'login_succeeded' });
    await inTransaction(db, async (tx) => {
      await sql`set local tocsin.audit_retention = 'on'`.execute(tx);
      await sql`delete from audit_record where organization_id = ${org} and seq = 3`.execute(tx);
    });
    expect(await verifyAudit(db, org)).toMatchObject({ ok: false, firstBroken: 3 });
  });

  it('forgets what is old, and the rest still holds together', async () => {
    const org = await newOrganization();
    const old = new Date('2025-01-01T00:00:00Z');
    await append(org, { type: 'session', name: 'logout' }, old);
    await append(org, { type: 'session', name: 'logout' }, old);
    await append(org, { type: 'session', name: 'logout' });
    await forgetAudit(db, org, new Date('2026-01-01T00:00:00Z'));
    expect((await all(org)).map(({ seq }) => seq)).toEqual([3]);
    expect(await verifyAudit(db, org)).toMatchObject({ ok: true, records: 1 });
  });

  it('filters, newest first, and keeps organizations apart', async () => {
    const [org, other] = [await newOrganization(), await newOrganization()];
    const chain = { type: 'escalation_chain', id: 'F1', name: 'Primary', teamId: 'T1' };
    await append(org, { type: 'resource', name: 'created', resource: chain, after: { name: 'Primary' } });
    await append(org, { type: 'session', name: 'login_failed' }, new Date('2026-05-05T00:00:00Z'));
    await append(other, { type: 'session', name: 'logout' });
    const names = async (filter: Parameters<typeof listAudit>[2]) =>
      (await listAudit(db, org, filter, { kind: 'cursor', cursor: null, size: 10 })).rows.map(({ name }) => name);
    expect(await names({})).toEqual(['login_failed', 'created']);
    expect(await names({ resourceType: 'escalation_chain', resourceId: 'F1' })).toEqual(['created']);
    expect(await names({ teamId: 'T1' })).toEqual(['created']);
    expect(await names({ from: new Date('2026-05-04T12:00:00Z') })).toEqual(['login_failed']);
    expect(await names({ to: new Date('2026-05-04T12:00:00Z') })).toEqual(['created']);
    expect(await names({ actorId: 'U2' })).toEqual([]);
  });
});
