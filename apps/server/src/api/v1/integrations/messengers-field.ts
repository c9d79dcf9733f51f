import { type TSchema, Type } from 'typebox';
import { refusal } from '../conventions/api-error.ts';
import { boolean, custom, type Field, Invalid, isObject, pythonType } from '../conventions/fields.ts';

/** Where a route's alert groups are posted, by messenger; Slack names its channel by Slack's id. */
export type StoredMessengers = Readonly<Record<string, { readonly id?: string | null; readonly enabled?: boolean }>>;

/** Messengers that every route shows, with what holds until it is set. */
const MESSENGERS: Readonly<Record<string, { idKey: 'channel_id' | 'id'; enabled: boolean }>> = {
  slack: { idKey: 'channel_id', enabled: true },
  telegram: { idKey: 'id', enabled: false },
  msteams: { idKey: 'id', enabled: false },
  mobile_app: { idKey: 'id', enabled: false },
  mobile_app_critical: { idKey: 'id', enabled: false },
  email: { idKey: 'id', enabled: false },
  webhook: { idKey: 'id', enabled: false },
  mattermost: { idKey: 'id', enabled: false },
};

const IdOrNull = Type.Union([Type.String(), Type.Null()]);

export const messengerSchemas: Readonly<Record<string, TSchema>> = Object.fromEntries(
  Object.entries(MESSENGERS).map(([name, { idKey }]) => [name, Type.Object({ [idKey]: IdOrNull, enabled: Type.Boolean() })]),
);

export type MessengerChange = { readonly id?: string | null; readonly enabled?: boolean };

/** One field per messenger. Slack and Telegram channels exist only once those are connected, which no release does yet. */
export const messengerFields: Readonly<Record<string, Field<MessengerChange>>> = Object.fromEntries(
  Object.entries(MESSENGERS).map(([name, { idKey }]) => [
    name,
    custom<MessengerChange>(
      Type.Object({ [idKey]: Type.Optional(IdOrNull), enabled: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])) }),
      (raw) => {
        if (raw === null) throw new Invalid(['This field may not be null.']);
        if (!isObject(raw)) throw notAnObject(name, raw);
        return { ...readId(name, raw[idKey]), ...('enabled' in raw ? { enabled: readEnabled(name, raw.enabled) } : {}) };
      },
    ),
  ]),
);

/** Slack's object has a form of its own, and so have its errors. */
const notAnObject = (messenger: string, raw: unknown): Invalid =>
  messenger === 'slack'
    ? new Invalid({ non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonType(raw)}.`] })
    : new Invalid([`Expected a dictionary of items but got type "${pythonType(raw)}".`]);

/** Null is false. Of Slack a boolean, as everywhere; of the others any value, by its truth as Python has it. */
function readEnabled(messenger: string, raw: unknown): boolean {
  if (messenger !== 'slack') return isTrue(raw);
  try {
    return raw === null ? false : boolean().read(raw);
  } catch (error) {
    throw error instanceof Invalid ? new Invalid({ enabled: error.body }) : error;
  }
}

const isTrue = (raw: unknown): boolean =>
  Array.isArray(raw) ? raw.length > 0 : isObject(raw) ? Object.keys(raw).length > 0 : Boolean(raw);

function readId(messenger: string, id: unknown): { id?: string | null } {
  if (id === undefined) return {};
  if (id === null || id === '') return { id: null };
  if (messenger === 'slack') {
    if (typeof id !== 'string') throw refusal('Invalid Slack channel', 'invalid_slack_channel');
    throw refusal("Slack isn't connected to this workspace", 'slack_not_connected');
  }
  if (messenger === 'telegram') throw refusal('Telegram channel does not exist', 'telegram_channel_not_found');
  if (typeof id !== 'string') throw new Invalid({ id: ['Not a valid string.'] });
  return { id };
}

/** The messenger keys that a body carried, merged into what is stored, key by key. */
export function mergeMessengers(stored: StoredMessengers, body: Readonly<Record<string, unknown>>): StoredMessengers {
  const merged: Record<string, MessengerChange> = { ...stored };
  for (const name of Object.keys(MESSENGERS)) {
    const change = body[name] as MessengerChange | undefined;
    if (change !== undefined) merged[name] = { ...merged[name], ...change };
  }
  return merged;
}

export const presentMessengers = (stored: StoredMessengers): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(MESSENGERS).map(([name, { idKey, enabled }]) => {
      const set = stored[name];
      // a messenger that was set without `enabled` shows false; one that was never set shows its default
      return [
        name,
        {
          [idKey]: set?.id ?? null,
          enabled: set === undefined ? enabled : (set.enabled ?? (name === 'slack' ? enabled : false)),
        },
      ];
    }),
  );
