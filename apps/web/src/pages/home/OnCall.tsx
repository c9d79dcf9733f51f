import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { BellRing, CalendarClock, Phone } from 'lucide-react';
import { api } from '../../api/client.ts';
import { nameOfUser, schedulesQuery, usersQuery } from '../../api/directory.ts';
import { errorText } from '../../api/errors.ts';
import { useCan, useForbidden, useSession } from '../../api/session.ts';
import type { Schedule } from '../../api/types.ts';
import { useTeamScope } from '../../features/team-scope/team-scope.ts';
import { Avatar, Badge, Button, Card, Countdown, IconButton, SkeletonRows, showToast, Time, useNow } from '../../ui/index.ts';
import { isNow, openSwapsQuery, type Turn, turnsQuery } from './queries.ts';

function useUserNames(): (id: string) => string {
  const users = useQuery({ ...usersQuery, enabled: useCan('user-settings:read') }).data ?? [];
  const names = new Map(users.map((user) => [user.id, nameOfUser(user)]));
  return (id) => names.get(id) ?? id;
}

/** Until when a person is on call, and who comes after them. */
function After({ turns, userId, nameOf }: { turns: readonly Turn[]; userId: string; nameOf: (id: string) => string }) {
  const now = useNow().getTime();
  const current = turns.find((turn) => turn.user_pk === userId && isNow(turn, now));
  if (current === undefined) return null;
  const next = turns.find((turn) => turn.user_pk !== userId && turn.shift_start >= current.shift_end);
  return (
    <span className="text-[0.86rem] text-muted">
      until <Time value={current.shift_end} show="short" />
      {next !== undefined && `, then ${nameOf(next.user_pk)}`}
    </span>
  );
}

function ScheduleRow({
  schedule,
  turns,
  nameOf,
}: {
  schedule: Schedule;
  turns: readonly Turn[];
  nameOf: (id: string) => string;
}) {
  const onCall = schedule.on_call_now ?? [];
  const navigate = useNavigate();
  const mayNotPage = useForbidden('alert-groups:direct-paging');
  const own = turns.filter((turn) => turn.schedule_id === schedule.id);
  return (
    <li className="px-4 py-2.5">
      <div className="flex items-center gap-3">
        <Link to="/schedules/$id" params={{ id: schedule.id }} className="min-w-0 flex-1 truncate font-medium hover:underline">
          {schedule.name}
        </Link>
        {onCall.length === 0 && <Badge tone="warn">Nobody</Badge>}
      </div>
      {onCall.map((id) => (
        <div key={id} className="mt-1 flex items-center gap-2">
          <Avatar id={id} name={nameOf(id)} />
          <span className="min-w-0 flex-1">
            <span className="block truncate">{nameOf(id)}</span>
            <After turns={own} userId={id} nameOf={nameOf} />
          </span>
          <IconButton
            label={`Page ${nameOf(id)}`}
            size="small"
            disabledReason={mayNotPage}
            icon={<BellRing className="size-4" aria-hidden />}
            onClick={() => void navigate({ to: '.', search: { page: 'new', whom: id } } as never)}
          />
        </div>
      ))}
    </li>
  );
}

/** Who is on call on each schedule, until when, and who is next. */
export function OnCallNow() {
  const { data: schedules } = useQuery(schedulesQuery);
  const turns = useQuery(turnsQuery).data ?? [];
  const nameOf = useUserNames();
  const { isInScope } = useTeamScope();
  return (
    <Card title="On call now" flush>
      {schedules === undefined && <SkeletonRows rows={2} label="Loading schedules" />}
      {schedules !== undefined && schedules.length === 0 && <p className="p-4 text-muted">There is no schedule yet.</p>}
      <ul className="divide-y divide-line">
        {(schedules ?? [])
          .filter(({ team_id }) => isInScope(team_id))
          .map((schedule) => (
            <ScheduleRow key={schedule.id} schedule={schedule} turns={turns} nameOf={nameOf} />
          ))}
      </ul>
    </Card>
  );
}

const MOST_NEXT = 3;

/** My turn, and the next ones. */
export function MyShifts() {
  const { user } = useSession();
  const schedules = useQuery(schedulesQuery).data ?? [];
  const turns = useQuery(turnsQuery).data ?? [];
  const nameOf = useUserNames();
  const nameOfSchedule = ({ schedule_id: id }: Turn) => schedules.find((one) => one.id === id)?.name ?? 'a schedule';
  const now = useNow().getTime();
  const mine = turns.filter(({ user_pk }) => user_pk === user.id);
  const current = mine.filter((turn) => isNow(turn, now));
  const next = mine.filter(({ shift_start }) => new Date(shift_start).getTime() > now).slice(0, MOST_NEXT);
  return (
    <Card title="Me">
      {current.length === 0 && <p className="text-muted">You are not on call.</p>}
      {current.map((turn) => {
        const after = turns.find(
          (one) => one.schedule_id === turn.schedule_id && one.user_pk !== user.id && one.shift_start >= turn.shift_end,
        );
        return (
          <p
            key={turn.schedule_id + turn.shift_start}
            className="mb-2 flex items-start gap-2 rounded-md bg-accent-soft px-3 py-2 text-accent last:mb-0"
          >
            <Phone className="mt-0.5 size-4 shrink-0" aria-hidden />
            <span>
              You are on call for <span className="font-medium">{nameOfSchedule(turn)}</span> until{' '}
              <Time value={turn.shift_end} show="short" />, for <Countdown until={turn.shift_end} /> still.
              {after !== undefined && ` Then ${nameOf(after.user_pk)}.`}
            </span>
          </p>
        );
      })}
      {next.length > 0 && (
        <ul className="mt-3 space-y-1.5" aria-label="My next shifts">
          {next.map((shift) => (
            <li key={shift.shift_start + shift.schedule_id} className="flex items-center gap-2">
              <CalendarClock className="size-4 shrink-0 text-muted" aria-hidden />
              <Link
                to="/schedules/$id"
                params={{ id: shift.schedule_id }}
                title="Open the schedule, where a turn can be offered to others"
                className="min-w-0 flex-1 truncate hover:underline"
              >
                {nameOfSchedule(shift)}
              </Link>
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

/** Turns that others would like to give away. */
export function OpenSwaps() {
  const { user } = useSession();
  const schedules = useQuery(schedulesQuery).data ?? [];
  const swaps = (useQuery(openSwapsQuery).data ?? []).filter(({ beneficiary }) => beneficiary !== user.id);
  const nameOf = useUserNames();
  const client = useQueryClient();
  const forbidden = useForbidden('schedules:write');
  const take = useMutation({
    mutationFn: (id: string) => api.post('/shift_swaps/{id}/take', { path: { id }, body: { benefactor: user.id } }),
    onSuccess: () => showToast({ text: 'The turn is yours' }),
    onError: (error) => showToast({ kind: 'failed', text: 'That did not work', detail: errorText(error) }),
    onSettled: () => client.invalidateQueries({ queryKey: ['schedules'] }),
  });
  if (swaps.length === 0) return null;
  return (
    <Card title="Turns to take over" flush>
      <ul className="divide-y divide-line">
        {swaps.map((swap) => (
          <li key={swap.id} className="flex items-center gap-3 px-4 py-2.5">
            <div className="min-w-0 flex-1">
              <p className="truncate">
                <span className="font-medium">{nameOf(swap.beneficiary)}</span>,{' '}
                {schedules.find(({ id }) => id === swap.schedule)?.name ?? 'a schedule'}
              </p>
              <p className="text-[0.86rem] text-muted">
                <Time value={swap.swap_start} show="short" /> to <Time value={swap.swap_end} show="short" />
              </p>
              {swap.description && <p className="text-[0.86rem] text-muted [overflow-wrap:anywhere]">{swap.description}</p>}
            </div>
            <Button
              size="small"
              disabledReason={forbidden}
              pending={take.isPending}
              aria-label={`Take over from ${nameOf(swap.beneficiary)}`}
              onClick={() => take.mutate(swap.id)}
            >
              Take
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
