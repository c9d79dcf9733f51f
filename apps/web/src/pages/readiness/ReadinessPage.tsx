import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check, CircleAlert, CircleCheck, CircleX, Download, ShieldCheck, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { channelName } from '../../features/escalation-plan/plan.ts';
import { type ReadinessRow, readinessQuery, STATES } from '../../features/reach/readiness-query.ts';
import { TeamScopeChip } from '../../features/team-scope/TeamScope.tsx';
import { useTeamScope } from '../../features/team-scope/team-scope.ts';
import { csvLine, downloadCsv } from '../../lib/csv.ts';
import { Avatar, Badge, Button, type Column, cx, EmptyState, Page, Table, TextField, Time, type Tone } from '../../ui/index.ts';
import { readinessRoute } from './routes.ts';

const WORDS: Readonly<Record<ReadinessRow['state'], { word: string; tone: Tone; icon: ReactNode }>> = {
  not_reachable: { word: 'Not reachable', tone: 'danger', icon: <CircleX className="size-3.5" aria-hidden /> },
  partial: { word: 'Partly', tone: 'warn', icon: <CircleAlert className="size-3.5" aria-hidden /> },
  ready: { word: 'Ready', tone: 'ok', icon: <CircleCheck className="size-3.5" aria-hidden /> },
};
type Channel = ReadinessRow['default_channels'][number];
const wordOf = ({ type }: Channel): string => channelName(type.replace(/^notify_by_/, ''));
const channelText = (channel: Channel): string => `${wordOf(channel)}${channel.problem === null ? '' : ' (fails)'}`;
const nameOf = (row: ReadinessRow): string => row.name || row.username;

const columns: Column<ReadinessRow>[] = [
  {
    header: 'Person',
    onPhone: 'title',
    cell: (row) => (
      <span className="flex items-center gap-2">
        <Avatar id={row.user_id} name={nameOf(row)} />
        <Link
          to="/users/$id"
          params={{ id: row.user_id }}
          search={{ tab: 'rules' }}
          className="font-medium hover:underline [overflow-wrap:anywhere]"
        >
          {nameOf(row)}
        </Link>
      </span>
    ),
  },
  {
    header: 'Reached?',
    cell: ({ state, reasons }) => (
      <span className="block min-w-0">
        <Badge tone={WORDS[state].tone} icon={WORDS[state].icon}>
          {WORDS[state].word}
        </Badge>
        {reasons.length > 0 && (
          <ul className="mt-1 space-y-0.5 text-[0.93rem]">
            {reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        )}
      </span>
    ),
  },
  {
    header: 'Channels',
    cell: (row) => (
      <span className="block space-y-1 text-[0.93rem]">
        {(
          [
            ['Default', row.default_channels],
            ['Important', row.important_channels],
          ] as const
        ).map(([name, channels]) => (
          <span key={name} className="grid grid-cols-[5rem_minmax(0,1fr)]">
            <span className="text-muted">{name}</span>
            <span className="flex flex-wrap gap-x-2.5 sm:min-w-32">
              {channels.length === 0 && <span className="text-muted">none</span>}
              {channels.map((channel) => (
                <span
                  key={channel.type}
                  title={channel.problem ?? undefined}
                  className={cx(
                    'inline-flex items-center gap-1 whitespace-nowrap',
                    channel.problem === null ? '' : 'text-danger',
                  )}
                >
                  {channel.problem === null ? (
                    <Check className="size-3.5 text-ok" aria-hidden />
                  ) : (
                    <X className="size-3.5" aria-hidden />
                  )}
                  {wordOf(channel)}
                  {channel.problem !== null && <span className="sr-only"> fails</span>}
                </span>
              ))}
            </span>
          </span>
        ))}
      </span>
    ),
  },
  {
    header: 'Paged by',
    cell: ({ chains, schedules }) => (
      <span className="block text-[0.93rem] [overflow-wrap:anywhere]">
        {chains.map((chain, index) => (
          <span key={chain.id}>
            {index > 0 && ', '}
            <Link to="/escalations/$id" params={{ id: chain.id }} className="text-accent underline underline-offset-2">
              {chain.name}
            </Link>
          </span>
        ))}
        {chains.length === 0 && (
          <span className="text-muted">no chain, but on call by {schedules.map(({ name }) => name).join(', ')}</span>
        )}
      </span>
    ),
  },
  {
    header: 'Next on call',
    cell: ({ next_shift: next }) =>
      next === null ? <span className="text-muted">–</span> : <Time value={next.start} show="short" />,
  },
];

/** Whether everybody who may be paged could be reached now (web-ui.md 15). */
export function ReadinessPage() {
  const { search = '', state } = readinessRoute.useSearch();
  const navigate = readinessRoute.useNavigate();
  const { isMemberInScope } = useTeamScope();
  const { data } = useSuspenseQuery(readinessQuery);
  const wanted = search.toLowerCase();
  const found = data.filter((row) => isMemberInScope(row.teams) && `${row.username} ${row.name}`.toLowerCase().includes(wanted));
  const rows = state === undefined ? found : found.filter((row) => row.state === state);
  const download = () =>
    downloadCsv('readiness', [
      csvLine(['username', 'name', 'state', 'reasons', 'default', 'important', 'chains', 'schedules', 'next_shift']),
      ...rows.map((row) =>
        csvLine([
          row.username,
          row.name,
          row.state,
          row.reasons.join(' '),
          row.default_channels.map(channelText).join(' '),
          row.important_channels.map(channelText).join(' '),
          row.chains.map(({ name }) => name).join('; '),
          row.schedules.map(({ name }) => name).join('; '),
          row.next_shift?.start ?? null,
        ]),
      ),
    ]);
  return (
    <Page
      title="Readiness"
      description="Everybody whom an escalation chain may notify, or a schedule has on call, within 14 days: would a page reach them now?"
      actions={
        <Button
          icon={<Download className="size-4" aria-hidden />}
          disabledReason={rows.length === 0 ? 'There is nobody to list' : null}
          onClick={download}
        >
          CSV
        </Button>
      }
    >
      <fieldset className="mb-4 grid grid-cols-3 gap-2 sm:max-w-2xl sm:gap-3">
        <legend className="sr-only">States shown</legend>
        {STATES.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={state === one}
            onClick={() => void navigate({ search: (old) => ({ ...old, state: old.state === one ? undefined : one }) })}
            className={cx(
              'min-w-0 rounded-lg border px-3 py-2 text-left shadow-card sm:px-4',
              state === one ? 'border-accent bg-accent-soft' : 'border-line bg-surface hover:border-line-strong',
            )}
          >
            <span className="block truncate text-[0.93rem] text-muted">{WORDS[one].word}</span>
            <span className="text-[1.43rem] leading-tight font-semibold tabular-nums">
              {found.filter((row) => row.state === one).length}
            </span>
          </button>
        ))}
      </fieldset>
      <div className="mb-4 max-w-sm">
        <TextField
          label="Find people"
          hideLabel
          type="search"
          placeholder="Find people"
          value={search}
          onChange={(text) =>
            void navigate({ search: (old) => ({ ...old, search: text === '' ? undefined : text }), replace: true })
          }
        />
      </div>
      <TeamScopeChip />
      <Table
        caption="People who may be paged"
        rows={rows}
        columns={columns}
        rowKey={({ user_id }) => user_id}
        empty={
          data.length === 0 ? (
            <EmptyState icon={<ShieldCheck />} title="Nobody would be paged">
              No escalation chain names anybody, and no schedule has anybody on call. Begin with a schedule and a chain.
            </EmptyState>
          ) : (
            <EmptyState title="Nobody matches">Another state, search or choice of teams shows more.</EmptyState>
          )
        }
      />
    </Page>
  );
}
