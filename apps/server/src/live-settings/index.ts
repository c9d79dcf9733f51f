import './tables.ts';

export { findLiveSetting, LIVE_SETTINGS, type LiveSetting, readLiveValue } from './definitions.ts';
export { createLiveSettings, LIVE_SETTING_NAMES, type LiveEnvironment, type LiveSettings } from './live-settings.ts';
export {
  readLiveSettings,
  resetLiveSetting,
  type StoredValue,
  saveLiveSetting,
  sealedLiveSettingColumns,
} from './store.ts';
