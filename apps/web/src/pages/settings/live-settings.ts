import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';
import type { LiveSetting } from '../../api/schema.js';

export type { LiveSetting };

/** What is changed while the server runs; null where that is switched off, or belongs to another organization. */
export const liveSettingsQuery = queryOptions({
  queryKey: ['live-settings'],
  queryFn: async ({ signal }): Promise<readonly LiveSetting[] | null> => {
    try {
      return await api.get<LiveSetting[]>('/live_settings', { signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  },
});

/** A value in words. */
export const valueText = (value: unknown): string =>
  value === null || value === undefined || value === '' ? '–' : value === true ? 'yes' : value === false ? 'no' : String(value);
