import { sql } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Log } from '../../platform/log.ts';
import type { Hub } from '../../platform/notify.ts';
import type { SecretBox } from '../../platform/secrets.ts';
import type { Guard } from '../guards/guard.ts';
import { loadGuards } from '../guards/guard-store.ts';
import type { IntegrationType } from '../types/integration-type.ts';
import { integrationTypeOf } from '../types/registry.ts';

/** What the key in a URL stands for. */
export type KeyOwner = {
  organizationId: string;
  integrationId: string;
  type: IntegrationType;
  /** What requests must bring beside the key; null: nothing. `unreadable`: the server cannot open its secrets. */
  guard: Guard | 'unreadable' | null;
  /** Set for a key that was replaced: until when it works. */
  validUntil: Date | null;
};

export type DeletedOwner = Pick<KeyOwner, 'organizationId' | 'integrationId'>;

export interface TokenCache {
  /** The live integration of a key; null when there is none. @throws when the key is not in memory and the database cannot say */
  find(token: string): KeyOwner | null | Promise<KeyOwner | null>;
  /** The deleted integration that a key belonged to which was just not found; null when there was none. */
  deletedOwner(token: string): DeletedOwner | null;
  /** Reads all live integrations, so that the first alerts need no look-up and a database that is away does not matter. */
  fill(): Promise<void>;
}

const UNKNOWN_FOR_MS = 5_000;
const MAX_UNKNOWN = 10_000;
/** Beyond this, keys are read when they are used. */
const MAX_KNOWN = 200_000;
/** Keys that one look-up asks for. */
const MOST_AT_ONCE = 500;

type Row = {
  organization_id: string;
  id: string;
  type: string;
  token: string;
  previous_token: string | null;
  previous_token_until: Date | null;
};

type Memory = { owners: Map<string, KeyOwner>; tokensOf: Map<string, readonly string[]> };
type Wanted = { token: string; settle: (owner: KeyOwner | null) => void; fail: (err: unknown) => void };

const nothingKnown = (): Memory => ({ owners: new Map(), tokensOf: new Map() });

/**
 * Keys in memory. A change of an integration is announced with its id and forgets its keys; after a gap in the announcements all are
 * read anew. Keys that are not in memory are looked up, those that are asked for while a look-up is under way by the next one.
 */
export function createTokenCache({
  db,
  hub,
  clock,
  secrets,
  log,
}: {
  db: Db;
  hub: Hub;
  clock: Clock;
  secrets: SecretBox;
  log: Log;
}): TokenCache {
  let known = nothingKnown();
  const unknown = new Map<string, { untilMs: number; deleted: DeletedOwner | null }>();
  const underWay = new Map<string, Promise<KeyOwner | null>>();
  let wanted: Wanted[] = [];
  let isAsking = false;
  let changes = 0;
  let readings = 0;
  /** What changed since the newest reading of all keys began. */
  let changedSince = new Set<string>();

  hub.listen(
    'integration_changed',
    (integrationId) => {
      changes += 1;
      changedSince.add(integrationId);
      for (const token of known.tokensOf.get(integrationId) ?? []) known.owners.delete(token);
      known.tokensOf.delete(integrationId);
      unknown.clear();
    },
    { onGap: () => void refill() },
  );

  /** What is known is used until all has been read: a moment longer than the announcements were missing. */
  async function refill(): Promise<void> {
    changes += 1;
    unknown.clear();
    try {
      await fill();
    } catch (err) {
      log.warn({ err }, 'the keys of integrations could not be read after a gap; they are looked up when they are used');
      known = nothingKnown();
    }
  }

  async function fill(): Promise<void> {
    readings += 1;
    const reading = readings;
    changedSince = new Set();
    const rows = await select().limit(MAX_KNOWN).execute();
    const guards = await loadGuards(db, null, secrets);
    if (reading !== readings) return; // a later one knows more
    known = nothingKnown();
    for (const row of rows) if (!changedSince.has(row.id)) remember(row.id, ownersOf(row, guards.get(row.id) ?? null));
  }

  const select = () =>
    db
      .selectFrom('integration')
      .innerJoin('organization', 'organization.id', 'integration.organization_id')
      .select([
        'integration.organization_id',
        'integration.id',
        'integration.type',
        'integration.token',
        'integration.previous_token',
        'integration.previous_token_until',
      ])
      .where('integration.deleted_at', 'is', null)
      .where('organization.deleted_at', 'is', null)
      .where('integration.type', '<>', 'maintenance');

  /** The owners of an integration's keys: of its own, and of the one before while that works. */
  function ownersOf(row: Row, guard: KeyOwner['guard']): Map<string, KeyOwner> {
    const owner = { organizationId: row.organization_id, integrationId: row.id, type: integrationTypeOf(row.type), guard };
    const owners = new Map<string, KeyOwner>([[row.token, { ...owner, validUntil: null }]]);
    if (row.previous_token !== null && row.previous_token_until !== null)
      owners.set(row.previous_token, { ...owner, validUntil: row.previous_token_until });
    return owners;
  }

  function remember(integrationId: string, owners: ReadonlyMap<string, KeyOwner>): void {
    if (known.owners.size >= MAX_KNOWN) return;
    for (const [token, owner] of owners) known.owners.set(token, owner);
    known.tokensOf.set(integrationId, [...owners.keys()]);
  }

  const whileValid = (owner: KeyOwner | null): KeyOwner | null =>
    owner !== null && owner.validUntil !== null && owner.validUntil <= clock.now() ? null : owner;

  async function lookUp(tokens: readonly string[]): Promise<ReadonlyMap<string, KeyOwner>> {
    const before = changes;
    const rows = await select()
      .where((where) =>
        where.or([
          where('integration.token', '=', sql<string>`any(${tokens}::text[])`),
          where('integration.previous_token', '=', sql<string>`any(${tokens}::text[])`),
        ]),
      )
      .execute();
    const integrations = rows.map((row) => ({ organizationId: row.organization_id, integrationId: row.id }));
    const guards = integrations.length === 0 ? new Map() : await loadGuards(db, integrations, secrets);
    const found = new Map<string, KeyOwner>();
    for (const row of rows) {
      const owners = ownersOf(row, guards.get(row.id) ?? null);
      for (const [token, owner] of owners) found.set(token, owner);
      if (before === changes) remember(row.id, owners);
    }
    const missing = tokens.filter((token) => !found.has(token));
    const deleted = await findDeleted(missing);
    if (before !== changes) return found;
    if (unknown.size >= MAX_UNKNOWN) unknown.clear();
    const untilMs = clock.monotonicMs() + UNKNOWN_FOR_MS;
    for (const token of missing) unknown.set(token, { untilMs, deleted: deleted.get(token) ?? null });
    return found;
  }

  async function findDeleted(tokens: readonly string[]): Promise<ReadonlyMap<string, DeletedOwner>> {
    if (tokens.length === 0) return new Map();
    const { rows } = await sql<{ organization_id: string; id: string; token: string }>`
      select i.organization_id, i.id, i.token from integration i join organization o on o.id = i.organization_id and o.deleted_at is null
      where i.token = any(${tokens}::text[]) and i.deleted_at is not null`.execute(db);
    return new Map(rows.map((row) => [row.token, { organizationId: row.organization_id, integrationId: row.id }]));
  }

  async function ask(): Promise<void> {
    while (wanted.length > 0) {
      const batch = wanted.slice(0, MOST_AT_ONCE);
      wanted = wanted.slice(batch.length);
      try {
        const found = await lookUp(batch.map(({ token }) => token));
        for (const { token, settle } of batch) settle(whileValid(found.get(token) ?? null));
      } catch (err) {
        for (const { fail } of batch) fail(err);
      }
    }
    isAsking = false;
  }

  return {
    find(token) {
      const owner = known.owners.get(token);
      if (owner !== undefined) return whileValid(owner);
      if ((unknown.get(token)?.untilMs ?? 0) > clock.monotonicMs()) return null;
      const running = underWay.get(token);
      if (running !== undefined) return running;
      const answer = new Promise<KeyOwner | null>((settle, fail) => wanted.push({ token, settle, fail })).finally(() =>
        underWay.delete(token),
      );
      underWay.set(token, answer);
      if (!isAsking) {
        isAsking = true;
        // Requests of the same turn of the event loop share the first look-up too.
        setImmediate(() => void ask());
      }
      return answer;
    },
    deletedOwner: (token) => unknown.get(token)?.deleted ?? null,
    fill,
  };
}
