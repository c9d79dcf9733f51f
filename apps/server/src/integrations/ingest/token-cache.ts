import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Hub } from '../../platform/notify.ts';
import type { IntegrationType } from '../types/integration-type.ts';
import { integrationTypeOf } from '../types/registry.ts';

/** What the key in a URL stands for. */
export type KeyOwner = { organizationId: string; integrationId: string; type: IntegrationType };

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

/**
 * Keys in memory. A change of an integration is announced with its id and forgets its key; a gap in the announcements forgets all.
 * A key that is not in memory is looked up, one look-up per key at a time.
 */
export function createTokenCache({ db, hub, clock }: { db: Db; hub: Hub; clock: Clock }): TokenCache {
  const known = new Map<string, KeyOwner>();
  const tokenOf = new Map<string, string>();
  const unknown = new Map<string, number>();
  const underWay = new Map<string, Promise<KeyOwner | null>>();
  let changes = 0;

  function forget(integrationId: string): void {
    changes += 1;
    const token = tokenOf.get(integrationId);
    if (token !== undefined) known.delete(token);
    tokenOf.delete(integrationId);
    unknown.clear();
  }

  hub.listen('integration_changed', forget, {
    onGap: () => {
      changes += 1;
      known.clear();
      tokenOf.clear();
      unknown.clear();
    },
  });

  const select = () =>
    db
      .selectFrom('integration')
      .innerJoin('organization', 'organization.id', 'integration.organization_id')
      .select(['integration.organization_id', 'integration.id', 'integration.type', 'integration.token'])
      .where('integration.deleted_at', 'is', null)
      .where('organization.deleted_at', 'is', null)
      .where('integration.type', '<>', 'maintenance');

  function remember(row: { organization_id: string; id: string; type: string; token: string }): KeyOwner {
    const owner = { organizationId: row.organization_id, integrationId: row.id, type: integrationTypeOf(row.type) };
    if (known.size < MAX_KNOWN) {
      known.set(row.token, owner);
      tokenOf.set(row.id, row.token);
    }
    return owner;
  }

  async function lookUp(token: string): Promise<KeyOwner | null> {
    const before = changes;
    const row = await select().where('integration.token', '=', token).executeTakeFirst();
    if (row !== undefined) {
      if (before === changes) return remember(row);
      return { organizationId: row.organization_id, integrationId: row.id, type: integrationTypeOf(row.type) };
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
      if (owner !== undefined) return owner;
      if ((unknown.get(token) ?? 0) > clock.monotonicMs()) return null;
      const running = underWay.get(token);
      if (running !== undefined) return running;
      const started = lookUp(token).finally(() => underWay.delete(token));
      underWay.set(token, started);
      return started;
    },
    async fill() {
      const before = changes;
      const rows = await select().limit(MAX_KNOWN).execute();
      if (before === changes) for (const row of rows) remember(row);
    },
  };
}
