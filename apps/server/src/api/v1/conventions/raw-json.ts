export { RawJson, stringifyWithRaw } from '../../../platform/raw-json.ts';
