import { queryOptions } from '@tanstack/react-query';
import { ApiError, api, type ListPage } from '../../api/index.ts';
import type { AlertGroup } from '../../api/types.ts';

/** Payload of the last alert of an alert group; `id` is the group's. */
export type Sample = { id: string; title: string; payload: unknown };

/** As many alert groups as templates and conditions are tried on. */
const SAMPLES = 30;

const sampleOf = (group: AlertGroup): Sample[] =>
  group.last_alert === null
    ? []
    : [{ id: group.id, title: `#${group.alert_group_number} ${group.title ?? ''}`, payload: group.last_alert.payload }];

/** Payloads of an integration's newest alert groups, the newest first. */
export const samplesQuery = (integrationId: string) =>
  queryOptions({
    queryKey: ['integrations', 'one', integrationId, 'samples'],
    queryFn: async ({ signal }): Promise<Sample[]> => {
      const page = await api.get<ListPage<AlertGroup>>('/alert_groups', {
        query: { integration_id: integrationId, perpage: SAMPLES, cursor: [''] },
        signal,
      });
      return page.results.flatMap(sampleOf);
    },
  });

/** Payload of one alert group; null: the group is gone, out of sight, without alerts, or of another integration. */
export const sampleQuery = (integrationId: string, groupId: string) =>
  queryOptions({
    queryKey: ['integrations', 'one', integrationId, 'samples', groupId],
    queryFn: async ({ signal }): Promise<Sample | null> => {
      try {
        const group = await api.get<AlertGroup>('/alert_groups/{id}', { path: { id: groupId }, signal });
        return group.integration_id === integrationId ? (sampleOf(group)[0] ?? null) : null;
      } catch (error) {
        if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return null;
        throw error;
      }
    },
  });
