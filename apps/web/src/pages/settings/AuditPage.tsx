import { useMutation, useQuery, useSuspenseInfiniteQuery } from '@tanstack/react-query';
import { Download, ScrollText, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { addressOf, api, errorText, nameOfUser, usersQuery } from '../../api/index.ts';
import {
  Badge,
  Button,
  buttonClasses,
  type Column,
  Combobox,
  EmptyState,
  Page,
  Select,
  Table,
  TextField,
  Time,
  type Tone,
} from '../../ui/index.ts';
import { AuditDetail } from './AuditDetail.tsx';
import { type AuditFilter, type AuditRecord, auditParameters, auditQuery } from './audit-query.ts';
import { auditRoute } from './routes.ts';

const TONES: Readonly<Record<string, Tone>> = { created: 'ok', deleted: 'danger', updated: 'accent', login_failed: 'warn' };
const ACTIONS = ['created', 'updated', 'deleted', 'login_succeeded', 'login_failed', 'logout', 'password_changed'];
const RESOURCES = [
  'integration',
  'route',
  'escalation_chain',
  'escalation_policy',
  'web_schedule',
  'ical_schedule',
  'calendar_schedule',
  'oncall_shift',
  'shift_swap_request',
  'outgoing_webhook',
  'personal_notification_rule',
  'user',
  'team',
  'public_api_token',
];

const inWords = (name: string): string => name.replaceAll('_', ' ');
const choices = (names: readonly string[], all: string) => [
  { value: '', label: all },
  ...names.map((name) => ({ value: name, label: inWords(name) })),
];

/** The keys that a record changed, for the list. */
const summaryOf = ({ diff, note }: AuditRecord): string => {
  if (diff.before !== null && diff.after !== null) return `changed ${Object.keys(diff.after).map(inWords).join(', ')}`;
  return note ?? '';
};

export function AuditPage() {
  const filter = auditRoute.useSearch();
  const navigate = auditRoute.useNavigate();
  const { data, fetchNextPage, hasNextPage, isFetchingNextPage } = useSuspenseInfiniteQuery(auditQuery(filter));
  const { data: users = [] } = useQuery(usersQuery);
  const [opened, setOpened] = useState<AuditRecord | null>(null);
  const rows = data.pages.flatMap((page) => page.results);
  const set = (changes: { [Name in keyof AuditFilter]: string }) =>
    void navigate({ search: { ...filter, ...changes }, replace: true });
  const isFiltered = Object.keys(filter).length > 0;
  const columns: Column<AuditRecord>[] = [
    { header: 'Time', cell: (record) => <Time value={record.at} show="short" /> },
    {
      header: 'Who',
      cell: (record) => (
        <span className="[overflow-wrap:anywhere]">
          {record.actor.name || record.actor.type} <span className="text-muted">via {record.via}</span>
        </span>
      ),
    },
    {
      header: 'Action',
      cell: (record) => <Badge tone={TONES[record.action_name] ?? 'neutral'}>{inWords(record.action_name)}</Badge>,
    },
    {
      header: 'Object',
      onPhone: 'title',
      cell: (record) => (
        <button
          type="button"
          className="min-w-0 text-left underline decoration-line-strong underline-offset-2 [overflow-wrap:anywhere] hover:decoration-current"
          onClick={() => setOpened(record)}
        >
          {record.resource === null
            ? inWords(record.action_type)
            : `${inWords(record.resource.type)} ${record.resource.name || record.resource.id}`}
        </button>
      ),
    },
    { header: 'What', cell: (record) => <span className="text-muted">{summaryOf(record)}</span>, onPhone: 'hidden' },
  ];
  return (
    <Page
      title="Audit log"
      description="Who changed what. Records cannot be altered; each carries a hash over itself and the one before it."
      actions={<AuditActions filter={filter} />}
    >
      <div className="mb-4 grid gap-3 sm:grid-cols-2 lg:grid-cols-5">
        <Combobox
          label="Who"
          options={users.map((user) => ({ value: user.id, label: nameOfUser(user), hint: user.email }))}
          value={filter.actor ?? ''}
          onChange={(actor) => set({ actor: actor ?? '' })}
          placeholder="Anybody"
          clearable
        />
        <Select
          label="Action"
          options={choices(ACTIONS, 'Every action')}
          value={filter.action ?? ''}
          onChange={(action) => set({ action })}
        />
        <Select
          label="Object"
          options={choices(RESOURCES, 'Every object')}
          value={filter.resource_type ?? ''}
          onChange={(resource_type) => set({ resource_type })}
        />
        <TextField label="From" type="date" value={filter.from ?? ''} onChange={(from) => set({ from })} />
        <TextField label="To" type="date" value={filter.to ?? ''} onChange={(to) => set({ to })} />
      </div>
      <Table
        caption="Audit records, newest first"
        rows={rows}
        columns={columns}
        rowKey={(record) => String(record.id)}
        empty={
          <EmptyState
            icon={<ScrollText />}
            title={isFiltered ? 'No record matches' : 'Nothing has been recorded yet'}
            actions={isFiltered && <Button onClick={() => void navigate({ search: {} })}>Clear filters</Button>}
          >
            {isFiltered ? 'Widen the dates, or clear a filter.' : 'Changes of settings, people and schedules will appear here.'}
          </EmptyState>
        }
      />
      {hasNextPage && (
        <div className="mt-4 flex justify-center">
          <Button pending={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show older records
          </Button>
        </div>
      )}
      <AuditDetail record={opened} onClose={() => setOpened(null)} />
    </Page>
  );
}

/** Downloads, and the check of the chain. */
function AuditActions({ filter }: { filter: AuditFilter }) {
  const verify = useMutation({
    mutationFn: () => api.get<{ ok: boolean; records: number; first_broken: number | null }>('/audit/verify'),
  });
  const download = (format: string) => addressOf('/audit/export', { query: { ...auditParameters(filter), format } });
  const verdict = verify.data;
  return (
    <>
      <span role="status" className={verdict?.ok === false || verify.isError ? 'text-danger' : 'text-ok'}>
        {verify.isError && errorText(verify.error)}
        {verdict?.ok === true && `All ${verdict.records} records are intact`}
        {verdict?.ok === false && `The chain is broken at record ${verdict.first_broken}`}
      </span>
      <Button icon={<ShieldCheck className="size-4" aria-hidden />} pending={verify.isPending} onClick={() => verify.mutate()}>
        Verify
      </Button>
      {(['csv', 'ndjson'] as const).map((format) => (
        <a key={format} href={download(format)} download className={buttonClasses()}>
          <Download className="size-4" aria-hidden />
          {format.toUpperCase()}
        </a>
      ))}
    </>
  );
}
