import type { Clock } from '../../../platform/clock.ts';
import { ApiError } from './api-error.ts';

/**
 * Counts uses per key in fixed windows of a minute, beside the limit that all requests share; each process counts for itself.
 * @returns a function that counts one use and throws the API's 429 beyond the limit
 */
export function createMinuteLimit(limit: number, clock: Clock): (key: string) => void {
  let window = 0;
  let taken = new Map<string, number>();
  return (key) => {
    const seconds = clock.now().getTime() / 1_000;
    const current = Math.floor(seconds / 60);
    if (current !== window) {
      window = current;
      taken = new Map();
    }
    const count = (taken.get(key) ?? 0) + 1;
    taken.set(key, count);
    if (count <= limit) return;
    const reset = Math.max(1, Math.ceil((current + 1) * 60 - seconds));
    const wait = `${reset} second${reset === 1 ? '' : 's'}`;
    throw new ApiError(
      429,
      { detail: `Request was throttled. Expected available in ${wait}.` },
      { 'Retry-After': String(reset), 'RateLimit-Reset': String(reset) },
    );
  };
}
