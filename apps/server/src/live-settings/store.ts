import { sql } from 'kysely';
import type { Db, Tx } from '../platform/db/database.ts';
import { notify } from '../platform/notify.ts';
import type { SealedColumn } from '../platform/sealed-columns.ts';
import { type SecretBox, SecretError } from '../platform/secrets.ts';
import type { LiveSetting } from './definitions.ts';

/** Announces that a setting has changed. */
export const LIVE_SETTINGS_CHANNEL = 'live_settings_changed';

const purposeOf = (name: string): string => `live_setting.value:${name}`;

export const sealedLiveSettingColumns: readonly SealedColumn[] = [
  { table: 'live_setting', column: 'value_encrypted', key: 'name', purpose: purposeOf },
];

/** A value that is stored; `unreadable` where its key is gone. */
export type StoredValue = { readonly value: unknown } | { readonly unreadable: true };

/** What is stored, by name. It counts for the installation, and is kept by its first organization. */
export async function readLiveSettings(db: Db | Tx, secrets: SecretBox): Promise<Map<string, StoredValue>> {
  const { rows } = await sql<{ name: string; value: string | null; value_encrypted: Buffer | null }>`
    select name, value, value_encrypted from live_setting
    where organization_id = (select id from organization where deleted_at is null order by created_at, id limit 1)`.execute(db);
  return new Map(rows.map((row) => [row.name, readStored(row, secrets)]));
}

function readStored(
  row: { name: string; value: string | null; value_encrypted: Buffer | null },
  secrets: SecretBox,
): StoredValue {
  try {
    const text = row.value_encrypted === null ? row.value : secrets.open(row.value_encrypted, purposeOf(row.name));
    return { value: JSON.parse(text ?? 'null') as unknown };
  } catch (error) {
    if (error instanceof SecretError) return { unreadable: true };
    throw error;
  }
}

export async function saveLiveSetting(
  tx: Tx,
  org: string,
  { name, isSecret }: LiveSetting,
  value: unknown,
  secrets: SecretBox,
  now: Date,
): Promise<void> {
  const text = JSON.stringify(value ?? null);
  const [plain, sealed] = isSecret ? [null, secrets.seal(text, purposeOf(name))] : [text, null];
  await sql`
    insert into live_setting (organization_id, name, value, value_encrypted, updated_at)
    values (${org}, ${name}, ${plain}, ${sealed}, ${now})
    on conflict (organization_id, name) do update
    set value = excluded.value, value_encrypted = excluded.value_encrypted, updated_at = excluded.updated_at`.execute(tx);
  await notify(tx, LIVE_SETTINGS_CHANNEL, name);
}

/** Makes the environment or the default count again. */
export async function resetLiveSetting(tx: Tx, org: string, name: string): Promise<void> {
  await sql`delete from live_setting where organization_id = ${org} and name = ${name}`.execute(tx);
  await notify(tx, LIVE_SETTINGS_CHANNEL, name);
}
