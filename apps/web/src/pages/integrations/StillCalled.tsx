import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { useCan } from '../../api/index.ts';
import { type Column, Table, Time } from '../../ui/index.ts';
import { type DeletedCalls, deletedCallsQuery } from './queries.ts';

const KEPT = 100;

/** Integrations that were deleted while somebody still sends to them: those alerts reach nobody. Nothing where there are none. */
export function StillCalled({ typeName }: { typeName: (slug: string) => string }) {
  const { data = [] } = useQuery({ ...deletedCallsQuery, enabled: useCan('integrations:write') });
  const id = useId();
  if (data.length === 0) return null;
  const columns: Column<DeletedCalls>[] = [
    {
      header: 'Name',
      onPhone: 'title',
      cell: ({ name }) => <span className="font-medium [overflow-wrap:anywhere]">{name}</span>,
    },
    { header: 'Type', cell: ({ type }) => typeName(type) },
    { header: 'Deleted', cell: (one) => <Time value={one.deleted_at} /> },
    {
      header: 'Calls since',
      align: 'end',
      cell: ({ calls }) => <span className="tabular-nums">{calls >= KEPT ? `${KEPT}+` : calls}</span>,
    },
    { header: 'Last call', cell: (one) => <Time value={one.last_call_at} /> },
  ];
  return (
    <section aria-labelledby={id} className="mt-8">
      <h2 id={id} className="font-semibold">
        Deleted, and still called
      </h2>
      <p className="mt-1 mb-3 text-muted">
        Somebody still sends alerts to these addresses. They are refused and page nobody. Point the sender at another integration,
        or have it stop.
      </p>
      <Table
        caption="Deleted integrations that are still called"
        rows={data}
        columns={columns}
        rowKey={(one) => one.integration_id}
      />
    </section>
  );
}
