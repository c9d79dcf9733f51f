import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db/database.ts';
import type { Log } from '../platform/log.ts';
import type { Hub } from '../platform/notify.ts';
import type { SecretBox } from '../platform/secrets.ts';
import { findLiveSetting, LIVE_SETTINGS, readLiveValue } from './definitions.ts';
import { LIVE_SETTINGS_CHANNEL, readLiveSettings, type StoredValue } from './store.ts';

/** Longest time that a change may go unnoticed, should its announcement be lost (access.md 15.1). */
const KNOWN_FOR_MS = 30_000;

/** What the environment says of live settings, as texts; null: nothing. */
export type LiveEnvironment = Readonly<Record<string, string | null>>;

export interface LiveSettings {
  readonly environment: LiveEnvironment;
  /** The value that holds: the stored one, that of the environment, the default. One that is wrong counts as not stored. */
  get(name: string): unknown;
  /** Whether any of these is stored, and so counts in place of the environment. */
  isStored(names: readonly string[]): boolean;
  /** Reads what is stored. */
  refresh(): Promise<void>;
}

export interface LiveSettingsDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly clock: Clock;
  readonly hub: Hub;
  readonly log: Log;
  readonly environment: LiveEnvironment;
}

/** The live settings of a process, from memory; changes of others are heard of, and looked for now and then. */
export function createLiveSettings({ db, secrets, clock, hub, log, environment }: LiveSettingsDeps): LiveSettings {
  let stored: ReadonlyMap<string, StoredValue> = new Map();
  let readAtMs = Number.NEGATIVE_INFINITY;
  const refresh = async () => {
    readAtMs = clock.monotonicMs();
    stored = await readLiveSettings(db, secrets);
  };
  const refreshLater = () => void refresh().catch((err) => log.warn({ err }, 'the live settings could not be read'));
  hub.listen(LIVE_SETTINGS_CHANNEL, refreshLater, { onGap: refreshLater });
  const current = () => {
    if (clock.monotonicMs() - readAtMs > KNOWN_FOR_MS) refreshLater();
    return stored;
  };
  return {
    environment,
    refresh,
    isStored: (names) => names.some((name) => current().has(name)),
    get(name) {
      const setting = findLiveSetting(name);
      if (setting === null) throw new Error(`${name} is no live setting`);
      const own = current().get(name);
      if (own !== undefined && 'value' in own && setting.problem(own.value) === null) return own.value;
      const given = environment[name];
      return given == null ? setting.defaultValue : readLiveValue(setting, given);
    },
  };
}

/** Their names, for whoever reads the environment. */
export const LIVE_SETTING_NAMES: readonly string[] = LIVE_SETTINGS.map(({ name }) => name);
