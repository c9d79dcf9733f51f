import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db/database.ts';
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

export interface TokenCache {
  /** The live integration of a key; null when there is none. @throws when the key is not in memory and the database cannot say */
  find(token: string): KeyOwner | null | Promise<KeyOwner | null>;
  /** Reads all live integrations, so that the first alerts need no look-up and a database that is away does not matter. */
  fill(): Promise<void>;
}

const UNKNOWN_FOR_MS = 5_000;
const MAX_UNKNOWN = 10_000;
/** Beyond this, keys are read when they are used. */
const MAX_KNOWN = 200_000;

type Row = {
  organization_id: string;
  id: string;
  type: string;
  token: string;
  previous_token: string | null;
  previous_token_until: Date | null;
};

/**
 * Keys in memory. A change of an integration is announced with its id and forgets its keys; a gap in the announcements forgets all.
 * A key that is not in memory is looked up, one look-up per key at a time.
 */
export function createTokenCache({
  db,
  hub,
  clock,
  secrets,
}: {
  db: Db;
  hub: Hub;
  clock: Clock;
  secrets: SecretBox;
}): TokenCache {
  const known = new Map<string, KeyOwner>();
  const tokensOf = new Map<string, readonly string[]>();
  const unknown = new Map<string, number>();
  const underWay = new Map<string, Promise<KeyOwner | null>>();
  let changes = 0;

  function forget(integrationId: string): void {
    changes += 1;
    for (const token of tokensOf.get(integrationId) ?? []) known.delete(token);
    tokensOf.delete(integrationId);
    unknown.clear();
  }

  hub.listen('integration_changed', forget, {
    onGap: () => {
      changes += 1;
      known.clear();
      tokensOf.clear();
      unknown.clear();
    },
  });

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
    if (known.size >= MAX_KNOWN) return;
    for (const [token, owner] of owners) known.set(token, owner);
    tokensOf.set(integrationId, [...owners.keys()]);
  }

  const whileValid = (owner: KeyOwner | null): KeyOwner | null =>
    owner !== null && owner.validUntil !== null && owner.validUntil <= clock.now() ? null : owner;

  async function lookUp(token: string): Promise<KeyOwner | null> {
    const before = changes;
    const row = await select()
      .where((where) => where.or([where('integration.token', '=', token), where('integration.previous_token', '=', token)]))
      .executeTakeFirst();
    if (row !== undefined) {
      const guards = await loadGuards(db, { organizationId: row.organization_id, integrationId: row.id }, secrets);
      const owners = ownersOf(row, guards.get(row.id) ?? null);
      if (before === changes) remember(row.id, owners);
      return owners.get(token) ?? null;
    }
    if (before === changes) {
      if (unknown.size >= MAX_UNKNOWN) unknown.clear();
      unknown.set(token, clock.monotonicMs() + UNKNOWN_FOR_MS);
    }
    return null;
  }

  return {
    find(token) {
      const owner = known.get(token);
      if (owner !== undefined) return whileValid(owner);
      if ((unknown.get(token) ?? 0) > clock.monotonicMs()) return null;
      const running = underWay.get(token);
      if (running !== undefined) return running;
      const started = lookUp(token)
        .then(whileValid)
        .finally(() => underWay.delete(token));
      underWay.set(token, started);
      return started;
    },
    async fill() {
      const before = changes;
      const rows = await select().limit(MAX_KNOWN).execute();
      const guards = await loadGuards(db, null, secrets);
      if (before === changes) for (const row of rows) remember(row.id, ownersOf(row, guards.get(row.id) ?? null));
    },
  };
}
