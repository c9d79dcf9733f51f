import { api, type ListPage, type Query } from '../../api/client.ts';
import type { AlertGroup } from '../../api/types.ts';
import { WITHOUT_PAYLOADS } from '../../features/alert-groups/queries.ts';
import { csvLine, downloadCsv } from '../../lib/csv.ts';
import type { Names } from './GroupRow.tsx';

const PAGE = 1_000;

/** All groups that a filter finds, page after page. */
export async function* eachPage(query: Query, signal: AbortSignal): AsyncGenerator<AlertGroup[]> {
  let cursor: string | null = null;
  for (;;) {
    const page: ListPage<AlertGroup> = await api.get('/alert_groups', {
      query: { ...query, ...WITHOUT_PAYLOADS, perpage: PAGE, cursor: cursor ?? [''] },
      signal,
    });
    yield page.results;
    cursor = page.next === null ? null : new URL(page.next).searchParams.get('cursor');
    if (cursor === null) return;
  }
}

const HEAD = [
  'number',
  'id',
  'state',
  'title',
  'alerts',
  'integration',
  'team',
  'created_at',
  'acknowledged_at',
  'acknowledged_by',
  'resolved_at',
  'resolved_by',
  'silenced_until',
  'labels',
  'link',
];

/** Downloads all alert groups that a filter finds as a table. */
export async function exportCsv(query: Query, names: Names, signal: AbortSignal): Promise<number> {
  const lines = [csvLine(HEAD)];
  const person = (id: string | null) => (id === null ? null : (names.users.get(id) ?? id));
  for await (const groups of eachPage(query, signal)) {
    for (const group of groups) {
      lines.push(
        csvLine([
          group.alert_group_number,
          group.id,
          group.state,
          group.title,
          group.alerts_count,
          names.integrations.get(group.integration_id) ?? group.integration_id,
          group.team_id === null ? null : (names.teams.get(group.team_id) ?? group.team_id),
          group.created_at,
          group.acknowledged_at,
          person(group.acknowledged_by),
          group.resolved_at,
          person(group.resolved_by),
          group.silenced_until,
          group.labels.map(({ key, value }) => `${key.name}:${value.name}`).join(' '),
          group.permalinks.web,
        ]),
      );
    }
  }
  downloadCsv('alert-groups', lines);
  return lines.length - 1;
}
