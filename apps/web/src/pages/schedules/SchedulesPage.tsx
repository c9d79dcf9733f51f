import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CalendarDays, ChevronRight, Plus } from 'lucide-react';
import { useState } from 'react';
import {
  nameOfUser,
  type Schedule,
  schedulesQuery,
  teamsQuery,
  useCan,
  useForbidden,
  usersQuery,
  useSession,
} from '../../api/index.ts';
import { TeamScopeChip } from '../../features/team-scope/TeamScope.tsx';
import { useTeamScope } from '../../features/team-scope/team-scope.ts';
import { allStepsQuery } from '../../features/used-by/steps-query.ts';
import { useShortcuts } from '../../lib/keyboard.tsx';
import { useListSort } from '../../lib/list-sort.ts';
import {
  Avatar,
  Badge,
  Button,
  type Column,
  cx,
  EmptyState,
  IconButton,
  Page,
  Select,
  Table,
  TextField,
} from '../../ui/index.ts';
import { MyTurns } from './MyTurns.tsx';
import { QualityBadge } from './QualityBadge.tsx';
import { turnsOfPersonQuery } from './queries.ts';
import { type SchedulesSearch, schedulesRoute } from './routes.ts';
import { ScheduleForm } from './ScheduleForm.tsx';
import { WarningsBadge } from './WarningsBadge.tsx';
import { WeekOf } from './WeekOf.tsx';

const TYPES: Readonly<Record<string, string>> = { web: 'Rotations', ical: 'Imported calendar', calendar: 'API and Terraform' };

/** All schedules: who is on call now, and how good each is. */
export function SchedulesPage() {
  const filter = schedulesRoute.useSearch();
  const { search = '', type = '', mine, used, tz, open } = filter;
  const navigate = schedulesRoute.useNavigate();
  const { data: schedules } = useSuspenseQuery(schedulesQuery);
  const { data: users = [] } = useQuery(usersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const forbidden = useForbidden('schedules:write');
  const { isInScope } = useTeamScope();
  const order = useListSort();
  const [creating, setCreating] = useState(false);
  useShortcuts([{ keys: 'c', label: 'New schedule', group: 'Schedules', run: () => forbidden === null && setCreating(true) }]);
  const mayReadTurns = useCan('user-settings:read');
  const { data: ownTurns } = useQuery({
    ...turnsOfPersonQuery(useSession().user.id),
    enabled: mayReadTurns,
  });
  const ofMine = ownTurns?.map(({ schedule_id: id }) => id);
  const mayReadChains = useCan('escalation-chains:read');
  const { data: steps } = useQuery({ ...allStepsQuery, enabled: used !== undefined && mayReadChains });
  const asked = steps?.map((step) => step.notify_on_call_from_schedule);
  const rows = schedules
    .filter(
      ({ id, name, team_id, type: kind }) =>
        isInScope(team_id) &&
        (type === '' || kind === type) &&
        (mine === undefined || ofMine === undefined || ofMine.includes(id)) &&
        (used === undefined || asked === undefined || asked.includes(id) === (used === 'true')) &&
        name.toLowerCase().includes(search.toLowerCase()),
    )
    .sort((a, b) => a.name.localeCompare(b.name));
  const columns: Column<Schedule>[] = [
    {
      header: 'Week',
      hideHeader: true,
      className: 'w-10 pr-0! max-sm:float-right',
      cell: ({ id, name }) => {
        const isOpen = open === id;
        return (
          <IconButton
            label={`This week of ${name}`}
            size="small"
            aria-expanded={isOpen}
            icon={<ChevronRight className={cx('size-4 transition-transform', isOpen && 'rotate-90')} aria-hidden />}
            onClick={() => set({ open: isOpen ? '' : id })}
          />
        );
      },
    },
    {
      header: 'Name',
      onPhone: 'title',
      sortBy: ({ name }) => name,
      cell: ({ id, name }) => (
        <Link
          to="/schedules/$id"
          params={{ id }}
          search={tz === undefined ? {} : { tz }}
          className="font-medium hover:underline [overflow-wrap:anywhere]"
        >
          {name}
        </Link>
      ),
    },
    {
      header: 'On call now',
      cell: ({ on_call_now: ids }) =>
        ids.length === 0 ? (
          <Badge tone="danger">nobody</Badge>
        ) : (
          <span className="flex flex-wrap gap-2">
            {ids.map((id) => {
              const user = users.find((one) => one.id === id);
              const name = user === undefined ? id : nameOfUser(user);
              return (
                <span key={id} className="flex items-center gap-1.5">
                  <Avatar id={id} name={name} size="small" />
                  {name}
                </span>
              );
            })}
          </span>
        ),
    },
    { header: 'Next 14 days', cell: ({ id }) => <WarningsBadge id={id} /> },
    { header: 'Quality', cell: ({ id }) => <QualityBadge id={id} /> },
    { header: 'Kind', sortBy: (one) => TYPES[one.type] ?? one.type, cell: (one) => TYPES[one.type] ?? one.type },
    {
      header: 'Team',
      sortBy: ({ team_id }) => teams.find(({ id }) => id === team_id)?.name ?? null,
      onPhone: 'hidden',
      cell: ({ team_id }) => teams.find(({ id }) => id === team_id)?.name ?? <span className="text-muted">–</span>,
    },
  ];
  const set = (changes: Record<string, string>) =>
    void navigate({ search: { ...filter, ...changes } as SchedulesSearch, replace: true });
  const create = (
    <Button
      kind="primary"
      icon={<Plus className="size-4" aria-hidden />}
      disabledReason={forbidden}
      onClick={() => setCreating(true)}
    >
      New schedule
    </Button>
  );
  return (
    <Page title="Schedules" description="Who is on call when." actions={create}>
      <MyTurns tz={tz} />
      {schedules.length > 0 && (
        <div className="mb-4 grid gap-3 sm:grid-cols-[repeat(2,minmax(0,16rem))] lg:grid-cols-[minmax(0,20rem)_repeat(3,minmax(0,14rem))]">
          <TextField
            label="Find a schedule"
            hideLabel
            type="search"
            placeholder="Find a schedule"
            value={search}
            onChange={(text) => set({ search: text })}
          />
          <Select
            label="Kind"
            hideLabel
            options={[{ value: '', label: 'Every kind' }, ...Object.entries(TYPES).map(([value, label]) => ({ value, label }))]}
            value={type}
            onChange={(kind) => set({ type: kind })}
          />
          {mayReadTurns && (
            <Select
              label="Whose"
              hideLabel
              options={[
                { value: '', label: 'Everybody’s' },
                { value: 'true', label: 'With turns of mine' },
              ]}
              value={mine ?? ''}
              onChange={(value) => set({ mine: value })}
            />
          )}
          {mayReadChains && (
            <Select
              label="Use"
              hideLabel
              options={[
                { value: '', label: 'Used or not' },
                { value: 'true', label: 'Used in escalations' },
                { value: 'false', label: 'Not used' },
              ]}
              value={used ?? ''}
              onChange={(value) => set({ used: value })}
            />
          )}
        </div>
      )}
      <TeamScopeChip />
      <Table
        caption="Schedules"
        rows={rows}
        columns={columns}
        {...order}
        rowKey={({ id }) => id}
        detail={({ id, name }) => (open === id ? <WeekOf id={id} name={name} tz={tz} /> : null)}
        empty={
          schedules.length === 0 ? (
            <EmptyState icon={<CalendarDays />} title="No schedules yet" actions={create}>
              A schedule says who is on call. Build it of rotations here, or import a calendar that you have.
            </EmptyState>
          ) : (
            <EmptyState
              title="No schedule matches"
              actions={<Button onClick={() => void navigate({ search: {} })}>Show all</Button>}
            />
          )
        }
      />
      {creating && <ScheduleForm schedule={null} onClose={() => setCreating(false)} />}
    </Page>
  );
}
