import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import {
  ArrowLeftRight,
  CalendarPlus,
  ChevronLeft,
  ChevronRight,
  Ellipsis,
  Layers,
  Pencil,
  Rss,
  Trash2,
  TriangleAlert,
} from 'lucide-react';
import { useState } from 'react';
import { api, errorText, nameOfUser, type Schedule, teamsQuery, useForbidden, usersQuery } from '../../api/index.ts';
import { UsedBySteps, useStepsNaming } from '../../features/used-by/UsedBySteps.tsx';
import { useShortcuts } from '../../lib/keyboard.tsx';
import {
  Button,
  ConfirmDialog,
  Dialog,
  EmptyState,
  Facts,
  formatDate,
  IconButton,
  Menu,
  Page,
  Select,
  Skeleton,
  showToast,
  Time,
  useTimeSettings,
} from '../../ui/index.ts';
import { daysOf, rangeOf, shiftDate, todayIn } from './civil.ts';
import { ExportDialog } from './ExportDialog.tsx';
import { handOffSentence } from './hand-off.ts';
import { ImportCheck } from './ImportCheck.tsx';
import { OverrideDrawer, type Span } from './OverrideDrawer.tsx';
import { QualityBadge } from './QualityBadge.tsx';
import {
  type ScheduleTimeline,
  type Shift,
  scheduleQuery,
  shiftsQuery,
  type TimelinePiece,
  timelineQuery,
  warningsQuery,
} from './queries.ts';
import { RotationDrawer } from './RotationDrawer.tsx';
import { formOf } from './rotation-form.ts';
import { type ScheduleSearch, scheduleRoute, type View } from './routes.ts';
import { ScheduleForm } from './ScheduleForm.tsx';
import { SwapDrawer } from './SwapDrawer.tsx';
import { type Row, Timeline } from './Timeline.tsx';
import { ZoneBar } from './ZoneBar.tsx';

const VIEW_NAMES = [
  { value: 'day', label: 'Day' },
  { value: 'week', label: 'Week' },
  { value: '2weeks', label: '2 weeks' },
  { value: 'month', label: '4 weeks' },
];

type Opened =
  | { kind: 'override'; span: Span | null }
  | { kind: 'rotation'; shift: Shift | null }
  | { kind: 'piece'; piece: TimelinePiece }
  | { kind: 'swaps' | 'export' | 'settings' | 'delete' };

/** The final schedule on top, then overrides, then the rotations, the strongest layer first. */
function rowsOf({ final, shifts, gaps }: ScheduleTimeline): Row[] {
  const overrides = shifts.filter((piece) => piece.is_override);
  const rest = shifts.filter((piece) => !piece.is_override).sort((a, b) => b.level - a.level);
  const nameOf = (piece: TimelinePiece): string =>
    piece.shift_id === null ? 'Calendar' : piece.shift_name || `Layer ${piece.level}`;
  // Versions of a rotation have its name and layer; they are one row.
  const keys = [...new Set(rest.map((piece) => `${nameOf(piece)} ${piece.level}`))];
  const rows = keys.map((key): Row => {
    const pieces = rest.filter((piece) => `${nameOf(piece)} ${piece.level}` === key);
    const [first] = pieces;
    const name = first === undefined ? '' : nameOf(first);
    const isShared = keys.filter((one) => one.replace(/ \S+$/, '') === name).length > 1;
    return { key, label: isShared ? `${name}, layer ${first?.level ?? 0}` : name, pieces };
  });
  return [
    { key: 'final', label: 'On call', pieces: final, gaps },
    ...(overrides.length === 0 ? [] : [{ key: 'overrides', label: 'Overrides', pieces: overrides }]),
    ...rows,
  ];
}

/** One schedule as a calendar. */
export function SchedulePage() {
  const { id } = scheduleRoute.useParams();
  const search = scheduleRoute.useSearch();
  const navigate = scheduleRoute.useNavigate();
  const { zone } = useTimeSettings();
  const { data: schedule } = useSuspenseQuery(scheduleQuery(id));
  const { data: shifts } = useSuspenseQuery(shiftsQuery(id));
  const { data: users = [] } = useQuery(usersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: warnings = [] } = useQuery(warningsQuery(id));
  const forbidden = useForbidden('schedules:write');
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = () => setOpened(null);
  const { view = '2weeks', date = todayIn(zone) } = search;
  const days = daysOf(view, date, zone);
  const timeline = useQuery(timelineQuery(id, rangeOf(days)));
  const set = (changes: ScheduleSearch) => void navigate({ search: { ...search, ...changes } });
  const mayOverride = schedule.type === 'web' || schedule.enable_web_overrides === true;
  const noOverride = forbidden ?? (mayOverride ? null : 'This schedule takes no overrides from here.');
  const noRotation = forbidden ?? (schedule.type === 'web' ? null : 'Its shifts come from elsewhere.');
  const addOverride = () => noOverride === null && setOpened({ kind: 'override', span: null });
  useShortcuts([
    { keys: 't', label: 'Today', group: 'Schedule', run: () => set({ date: todayIn(zone) }) },
    { keys: 'ArrowLeft', label: 'Earlier', group: 'Schedule', run: () => set({ date: shiftDate(view, date, -1) }) },
    { keys: 'ArrowRight', label: 'Later', group: 'Schedule', run: () => set({ date: shiftDate(view, date, 1) }) },
    { keys: 'd', label: 'Day', group: 'Schedule', run: () => set({ view: 'day' }) },
    { keys: 'w', label: 'Week', group: 'Schedule', run: () => set({ view: 'week' }) },
    { keys: 'm', label: '4 weeks', group: 'Schedule', run: () => set({ view: 'month' }) },
    {
      keys: 'r',
      label: 'Add a rotation',
      group: 'Schedule',
      run: () => noRotation === null && setOpened({ kind: 'rotation', shift: null }),
    },
    { keys: 'o', label: 'Add an override', group: 'Schedule', run: addOverride },
  ]);
  const nameOf = (userId: string): string => {
    const user = users.find((one) => one.id === userId);
    return user === undefined ? userId : nameOfUser(user);
  };
  const handOffs = shifts
    .filter((shift) => shift.type === 'rolling_users' && shift.until == null)
    .flatMap((shift) => {
      const sentence = handOffSentence(formOf(shift), shift.time_zone ?? schedule.time_zone ?? 'UTC', nameOf);
      return sentence === null ? [] : [[shift.id, sentence] as const];
    });
  const topLevel = Math.max(0, ...shifts.map((shift) => shift.level ?? 0));
  const range = `${formatDate(new Date(days[0]?.start ?? 0), { zone, hour12: false })} – ${formatDate(new Date((days.at(-1)?.end ?? 1) - 1), { zone, hour12: false })}`;
  return (
    <Page
      title={schedule.name}
      badge={<QualityBadge id={id} />}
      description={
        <>
          <Link to="/schedules" className="text-accent underline underline-offset-2">
            Schedules
          </Link>
          {` · ${teams.find((team) => team.id === schedule.team_id)?.name ?? 'No team'}`}
          {schedule.on_call_now.length > 0
            ? ` · on call now: ${schedule.on_call_now.map(nameOf).join(', ')}`
            : ' · nobody is on call now'}
        </>
      }
      actions={
        <>
          <Button
            icon={<Layers className="size-4" aria-hidden />}
            disabledReason={noRotation}
            onClick={() => setOpened({ kind: 'rotation', shift: null })}
          >
            Add rotation
          </Button>
          <Button
            kind="primary"
            icon={<CalendarPlus className="size-4" aria-hidden />}
            disabledReason={noOverride}
            onClick={addOverride}
          >
            Add override
          </Button>
          <Menu
            align="end"
            trigger={<IconButton label="More" icon={<Ellipsis className="size-4" aria-hidden />} />}
            items={[
              {
                label: 'Swaps',
                icon: <ArrowLeftRight className="size-4 text-muted" aria-hidden />,
                onSelect: () => setOpened({ kind: 'swaps' }),
              },
              {
                label: 'Calendar link',
                icon: <Rss className="size-4 text-muted" aria-hidden />,
                onSelect: () => setOpened({ kind: 'export' }),
              },
              {
                label: 'Name, team, zone',
                icon: <Pencil className="size-4 text-muted" aria-hidden />,
                disabledReason: forbidden,
                onSelect: () => setOpened({ kind: 'settings' }),
              },
              'separator',
              {
                label: 'Delete',
                danger: true,
                icon: <Trash2 className="size-4" aria-hidden />,
                disabledReason: forbidden,
                onSelect: () => setOpened({ kind: 'delete' }),
              },
            ]}
          />
        </>
      }
    >
      {warnings.length > 0 && (
        <details className="mb-4 rounded-md bg-warn-soft px-3 py-2 text-warn">
          <summary className="cursor-pointer">
            <TriangleAlert className="mr-1.5 inline size-4" aria-hidden />
            {warnings.length === 1 ? '1 warning for the next 14 days' : `${warnings.length} warnings for the next 14 days`}
          </summary>
          <ul className="mt-1 list-disc space-y-0.5 pl-8">
            {warnings.slice(0, 30).map((warning) => (
              <li key={`${warning.start} ${warning.text}`}>
                {warning.text} {warning.start !== null && <Time value={warning.start} show="short" />}
              </li>
            ))}
          </ul>
        </details>
      )}
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <IconButton
          label="Earlier"
          icon={<ChevronLeft className="size-4" aria-hidden />}
          onClick={() => set({ date: shiftDate(view, date, -1) })}
        />
        <Button onClick={() => set({ date: todayIn(zone) })}>Today</Button>
        <IconButton
          label="Later"
          icon={<ChevronRight className="size-4" aria-hidden />}
          onClick={() => set({ date: shiftDate(view, date, 1) })}
        />
        <h2 className="font-medium" aria-live="polite">
          {range}
        </h2>
        <span className="text-muted">{zone}</span>
        <Select
          label="View"
          hideLabel
          className="ml-auto"
          options={VIEW_NAMES}
          value={view}
          onChange={(next) => set({ view: next as View })}
        />
      </div>
      {timeline.data === undefined ? (
        <Skeleton className="h-40 w-full rounded-lg" />
      ) : (
        <Timeline
          days={days}
          rows={rowsOf(timeline.data)}
          nameOf={nameOf}
          onOpen={(piece) => setOpened({ kind: 'piece', piece })}
          onDraw={noOverride === null ? (from, to) => setOpened({ kind: 'override', span: { from, to } }) : undefined}
        />
      )}
      {shifts.length === 0 && schedule.type === 'web' && (
        <EmptyState
          title="Nobody takes turns yet"
          actions={
            <Button disabledReason={noRotation} onClick={() => setOpened({ kind: 'rotation', shift: null })}>
              Add rotation
            </Button>
          }
        >
          Add a rotation: the people, how long each turn lasts, and when it is handed over.
        </EmptyState>
      )}
      {handOffs.length > 0 && (
        <ul aria-label="Hand-overs" className="mt-3 space-y-1 text-muted">
          {handOffs.map(([key, sentence]) => (
            <li key={key}>{sentence}</li>
          ))}
        </ul>
      )}
      {timeline.data !== undefined && (
        <ZoneBar userIds={[...new Set(timeline.data.final.flatMap((piece) => piece.user_ids))]} nameOf={nameOf} />
      )}
      {schedule.type === 'ical' && <ImportCheck id={id} nameOf={nameOf} />}
      {opened?.kind === 'override' && <OverrideDrawer schedule={schedule} span={opened.span} onClose={close} />}
      {opened?.kind === 'rotation' && (
        <RotationDrawer schedule={schedule} shift={opened.shift} level={topLevel + 1} onClose={close} />
      )}
      {opened?.kind === 'swaps' && <SwapDrawer schedule={schedule} onClose={close} />}
      {opened?.kind === 'export' && <ExportDialog schedule={schedule} onClose={close} />}
      {opened?.kind === 'settings' && <ScheduleForm schedule={schedule} onClose={close} />}
      {opened?.kind === 'delete' && <DeleteSchedule schedule={schedule} onClose={close} />}
      {opened?.kind === 'piece' && (
        <PieceDialog
          piece={opened.piece}
          shift={shifts.find((shift) => shift.id === opened.piece.shift_id) ?? null}
          nameOf={nameOf}
          noRotation={noRotation}
          noOverride={noOverride}
          onClose={close}
          onEdit={(shift) => setOpened({ kind: 'rotation', shift })}
          onOverride={(piece) => setOpened({ kind: 'override', span: { from: new Date(piece.start), to: new Date(piece.end) } })}
        />
      )}
    </Page>
  );
}

type PieceProps = {
  piece: TimelinePiece;
  shift: Shift | null;
  nameOf: (id: string) => string;
  noRotation: string | null;
  noOverride: string | null;
  onClose: () => void;
  onEdit: (shift: Shift) => void;
  onOverride: (piece: TimelinePiece) => void;
};

/** A turn: who, from when to when, where it comes from, and what can be done. */
function PieceDialog({ piece, shift, nameOf, noRotation, noOverride, onClose, onEdit, onOverride }: PieceProps) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.delete('/on_call_shifts/{id}', { path: { id: piece.shift_id ?? '' } }),
    onSuccess: async () => {
      const { id: _id, schedule, ...body } = shift ?? { id: '', schedule: null };
      await client.invalidateQueries({ queryKey: ['schedules'] });
      const undo = async () => {
        await api.post('/on_call_shifts', { body: { ...body, source: 0, schedule } });
        await client.invalidateQueries({ queryKey: ['schedules'] });
      };
      showToast({ kind: 'done', text: 'Override deleted', action: { label: 'Undo', run: undo } });
      onClose();
    },
    onError: (error) => showToast({ kind: 'failed', text: 'It was not deleted', detail: errorText(error) }),
  });
  const who = piece.user_ids.length === 0 ? 'Nobody' : piece.user_ids.map(nameOf).join(', ');
  return (
    <Dialog
      open
      onClose={onClose}
      title={who}
      footer={
        <>
          {piece.is_override && shift !== null && (
            <Button disabledReason={noOverride} pending={remove.isPending} onClick={() => remove.mutate()}>
              Delete override
            </Button>
          )}
          {shift?.type === 'rolling_users' && (
            <Button disabledReason={noRotation} onClick={() => onEdit(shift)}>
              Edit rotation
            </Button>
          )}
          <Button kind="primary" disabledReason={noOverride} onClick={() => onOverride(piece)}>
            Override this
          </Button>
        </>
      }
    >
      <Facts
        facts={[
          ['From', <Time key="from" value={piece.start} show="full" />],
          ['To', <Time key="to" value={piece.end} show="full" />],
          ['Source', piece.is_override ? 'Override' : piece.shift_name || `Layer ${piece.level}`],
          ...(piece.missing.length === 0 ? [] : [['Unknown names', piece.missing.join(', ')] as const]),
        ]}
      />
    </Dialog>
  );
}

function DeleteSchedule({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const client = useQueryClient();
  const steps = useStepsNaming('schedule', schedule.id);
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => api.delete('/schedules/{id}', { path: { id: schedule.id } }),
    onSuccess: async () => {
      await navigate({ to: '/schedules', search: {} });
      client.removeQueries({ queryKey: ['schedules', 'one', schedule.id] });
      await client.invalidateQueries({ queryKey: ['schedules'] });
      showToast({ kind: 'done', text: `Deleted ${schedule.name}` });
    },
  });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Delete ${schedule.name}?`}
      confirmLabel="Delete schedule"
      {...(steps?.length === 0 ? {} : { typeToConfirm: schedule.name })}
      onConfirm={() => remove.mutate()}
      pending={remove.isPending}
      error={remove.error === null ? null : errorText(remove.error)}
    >
      <p>Its shifts, overrides, swaps and calendar links go with it.</p>
      <UsedBySteps steps={steps} consequence="These steps will notify nobody:" />
    </ConfirmDialog>
  );
}
