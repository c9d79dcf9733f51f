import { useSuspenseInfiniteQuery } from '@tanstack/react-query';
import type { AlertGroup } from '../../api/types.ts';
import { groupsQuery } from '../../features/alert-groups/queries.ts';
import { Badge, type Column, Page, Table, Time } from '../../ui/index.ts';

const columns: Column<AlertGroup>[] = [
  { header: 'Title', cell: (group) => group.title, onPhone: 'title' },
  { header: 'State', cell: (group) => <Badge>{group.state}</Badge> },
  { header: 'Created', cell: (group) => <Time value={group.created_at} /> },
];
export function AlertGroupsPage() {
  const { data } = useSuspenseInfiniteQuery(groupsQuery({}));
  return (
    <Page title="Alert groups">
      <Table
        caption="Alert groups"
        rows={data.pages.flatMap((page) => page.results)}
        columns={columns}
        rowKey={(group) => group.id}
      />
    </Page>
  );
}
