import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BellOff, CalendarClock, Phone } from 'lucide-react';
import type { ReactNode } from 'react';
import { nameOfUser, schedulesQuery, usersQuery } from '../../api/directory.ts';
import { useCan, useSession } from '../../api/session.ts';
import type { Schedule } from '../../api/types.ts';
import { countsQuery } from '../../features/alert-groups/queries.ts';
import { STATES, StateBadge } from '../../features/alert-groups/StateBadge.tsx';
import { allowedActions } from '../../features/alert-groups/transitions.ts';
import { useGroupActions } from '../../features/alert-groups/use-group-actions.ts';
import { SetupCard } from '../../features/guided-setup/SetupCard.tsx';
import { Avatar, Badge, Button, Card, EmptyState, Page, SkeletonRows, Time } from '../../ui/index.ts';
import { attentionQuery, myShiftsQuery } from './queries.ts';

const MOST_SHOWN = 10;

/** Alert groups that fire, with acknowledge at hand. */
function Attention() {
  const may = useCan('alert-groups:write');
  const { data } = useInfiniteQuery(attentionQuery);
  const actions = useGroupActions();
  const groups = data?.pages.flatMap((page) => page.results).slice(0, MOST_SHOWN) ?? [];
  return (
    <Card
      title="Needs attention"
      flush
      actions={
        <Link to="/alert-groups" className="text-[0.93rem] text-accent hover:underline">
          All alert groups
        </Link>
      }
    >
      {data === undefined && <SkeletonRows rows={4} label="Loading alert groups" />}
      {data !== undefined && groups.length === 0 && (
        <EmptyState icon={<BellOff />} title="All quiet">
          Nothing fires.
        </EmptyState>
      )}
      <ul className="divide-y divide-line">
        {groups.map((group) => (
          <li key={group.id} className="flex items-center gap-3 px-4 py-2.5">
            <StateBadge state={group.state} silencedUntil={group.silenced_until} />
            <Link
              to="/alert-groups/$id"
              params={{ id: group.id }}
              dir="auto"
              className="min-w-0 flex-1 truncate font-medium hover:underline"
            >
              {group.title ?? 'Alert'}
            </Link>
            <span className="text-[0.93rem] text-muted max-sm:hidden">
              <Time value={group.created_at} />
            </span>
            {may && allowedActions(group).includes('acknowledge') && (
              <Button
                size="small"
                aria-label={`Acknowledge #${group.alert_group_number}`}
                onClick={() => void actions.one(group, { action: 'acknowledge' })}
              >
                Acknowledge
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Counts() {
  const { data } = useQuery(countsQuery({}));
  return (
    <div className="mb-4 grid grid-cols-2 gap-2 sm:grid-cols-4 sm:gap-3">
      {(['firing', 'acknowledged', 'silenced', 'resolved'] as const).map((state) => (
        <Link
          key={state}
          to="/alert-groups"
          search={{ state: [STATES[state].filter] }}
          className="rounded-lg border border-line bg-surface px-4 py-3 shadow-card hover:border-line-strong"
        >
          <span className="flex items-center gap-1.5 text-[0.93rem] text-muted">
            {STATES[state].icon}
            {STATES[state].word}
          </span>
          <span className="text-[1.43rem] leading-tight font-semibold tabular-nums">{data?.[state] ?? '–'}</span>
        </Link>
      ))}
    </div>
  );
}

function OnCallRow({ schedule, names }: { schedule: Schedule; names: ReadonlyMap<string, string> }) {
  const onCall = schedule.on_call_now ?? [];
  return (
    <li className="flex items-center gap-3 px-4 py-2.5">
      <Link
        to={'/schedules/$id' as string}
        params={{ id: schedule.id } as never}
        className="min-w-0 flex-1 truncate hover:underline"
      >
        {schedule.name}
      </Link>
      {onCall.length === 0 ? (
        <Badge tone="warn">Nobody</Badge>
      ) : (
        <span className="flex min-w-0 flex-wrap justify-end gap-2">
          {onCall.map((id) => (
            <span key={id} className="flex items-center gap-1.5">
              <Avatar id={id} name={names.get(id) ?? id} size="small" />
              <span className="font-medium">{names.get(id) ?? id}</span>
            </span>
          ))}
        </span>
      )}
    </li>
  );
}

function OnCallNow() {
  const { data: schedules } = useQuery(schedulesQuery);
  const users = useQuery({ ...usersQuery, enabled: useCan('user-settings:read') }).data ?? [];
  const names = new Map(users.map((user) => [user.id, nameOfUser(user)]));
  return (
    <Card title="On call now" flush>
      {schedules === undefined && <SkeletonRows rows={2} label="Loading schedules" />}
      {schedules !== undefined && schedules.length === 0 && <p className="p-4 text-muted">There is no schedule yet.</p>}
      <ul className="divide-y divide-line">
        {(schedules ?? []).map((schedule) => (
          <OnCallRow key={schedule.id} schedule={schedule} names={names} />
        ))}
      </ul>
    </Card>
  );
}

function MyShifts() {
  const { user } = useSession();
  const schedules = useQuery(schedulesQuery).data ?? [];
  const { data: shifts } = useQuery(myShiftsQuery(user.id, schedules));
  const now = Date.now();
  const current = (shifts ?? []).find(
    ({ shift_start, shift_end }) => new Date(shift_start).getTime() <= now && now < new Date(shift_end).getTime(),
  );
  const next = (shifts ?? []).filter(({ shift_start }) => new Date(shift_start).getTime() > now).slice(0, 3);
  return (
    <Card title="Me">
      {current === undefined ? (
        <p className="text-muted">You are not on call.</p>
      ) : (
        <p className="flex items-start gap-2 rounded-md bg-accent-soft px-3 py-2 text-accent">
          <Phone className="mt-0.5 size-4 shrink-0" aria-hidden />
          <span>
            You are on call for <span className="font-medium">{current.schedule}</span> until{' '}
            <Time value={current.shift_end} show="short" />.
          </span>
        </p>
      )}
      {next.length > 0 && (
        <ul className="mt-3 space-y-1.5" aria-label="My next shifts">
          {next.map((shift) => (
            <li key={shift.shift_start + shift.schedule} className="flex items-center gap-2">
              <CalendarClock className="size-4 shrink-0 text-muted" aria-hidden />
              <span className="min-w-0 flex-1 truncate">{shift.schedule}</span>
              <span className="text-muted">
                <Time value={shift.shift_start} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** Start page: what fires, who is on call, what I have to do (web-ui.md 4). */
export function HomePage() {
  const groups = useCan('alert-groups:read');
  const schedules = useCan('schedules:read');
  const admin = useCan('integrations:write');
  const { user } = useSession();
  const side: ReactNode = schedules && (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <MyShifts />
      <OnCallNow />
    </div>
  );
  return (
    <Page title={`Hello, ${user.name || user.username}`}>
      {admin && <SetupCard />}
      {groups && <Counts />}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1fr)_24rem]">
        {groups ? (
          <Attention />
        ) : (
          <EmptyState title="Nothing to see here">Your role gives you no access to alert groups.</EmptyState>
        )}
        {side}
      </div>
    </Page>
  );
}
