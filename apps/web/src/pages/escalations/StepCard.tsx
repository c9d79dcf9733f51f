import {
  Bell,
  CalendarClock,
  CircleCheck,
  Clock,
  Ellipsis,
  Gauge,
  type LucideIcon,
  Repeat,
  TriangleAlert,
  Users,
  Webhook,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Badge, formatClock, formatSpan, IconButton, Menu, useNow, useTimeSettings, zoneLabel } from '../../ui/index.ts';
import type { Step, StepType } from './queries.ts';
import { type Names, stepText } from './step-text.ts';

const ICONS: Partial<Record<StepType, LucideIcon>> = {
  wait: Clock,
  notify_on_call_from_schedule: CalendarClock,
  notify_next_on_call_from_schedule: CalendarClock,
  notify_team_members: Users,
  trigger_webhook: Webhook,
  notify_if_time_from_to: Clock,
  notify_if_num_alerts_in_window: Gauge,
  repeat_escalation: Repeat,
  resolve: CircleCheck,
};

type StepCardProps = {
  step: Step;
  number: number;
  handle: ReactNode;
  /** Seconds after the start; null when that cannot be told. */
  offset: number | null;
  names: Names;
  forbidden: string | null;
  isFirst: boolean;
  isLast: boolean;
  onEdit: () => void;
  onMove: (by: number) => void;
  onDelete: () => void;
};

/** A step as a sentence, with when it comes. */
export function StepCard({
  step,
  number,
  handle,
  offset,
  names,
  forbidden,
  isFirst,
  isLast,
  onEdit,
  onMove,
  onDelete,
}: StepCardProps) {
  const { text, missing } = stepText(step, names);
  const Icon = (step.type === null ? undefined : ICONS[step.type]) ?? Bell;
  return (
    <div className="flex items-center gap-2 rounded-lg border border-line bg-surface py-2 pr-2 pl-1.5 shadow-card">
      {handle}
      <span className="w-5 shrink-0 text-right text-muted tabular-nums">{number}</span>
      <Icon className="mx-1 size-[1.15rem] shrink-0 text-accent" aria-hidden />
      <div className="min-w-0 flex-1">
        <button
          type="button"
          className="text-left [overflow-wrap:anywhere] hover:underline"
          onClick={onEdit}
          aria-label={`Edit step ${number}: ${text}`}
        >
          {text}
        </button>
        {step.type === 'notify_if_time_from_to' && <LocalHours step={step} />}
        {missing !== null && (
          <p className="flex items-center gap-1.5 text-danger">
            <TriangleAlert className="size-4 shrink-0" aria-hidden />
            {missing}
          </p>
        )}
      </div>
      {step.important === true && <Badge tone="danger">important</Badge>}
      {offset !== null && (
        <span className="text-muted whitespace-nowrap tabular-nums max-sm:hidden">
          {offset === 0 ? 'at once' : `after ${formatSpan(offset)}`}
        </span>
      )}
      <Menu
        align="end"
        trigger={
          <IconButton size="small" label={`Actions of step ${number}`} icon={<Ellipsis className="size-4" aria-hidden />} />
        }
        items={[
          { label: 'Edit', disabledReason: forbidden, onSelect: onEdit },
          { label: 'Move up', disabledReason: forbidden ?? (isFirst ? 'It is the first.' : null), onSelect: () => onMove(-1) },
          { label: 'Move down', disabledReason: forbidden ?? (isLast ? 'It is the last.' : null), onSelect: () => onMove(1) },
          'separator',
          { label: 'Delete', danger: true, disabledReason: forbidden, onSelect: onDelete },
        ]}
      />
    </div>
  );
}

/** The hours of a step, which are UTC, as they are today where the reader looks from. */
function LocalHours({ step: { notify_if_time_from: from, notify_if_time_to: to } }: { step: Step }) {
  const settings = useTimeSettings();
  const day = useNow().toISOString().slice(0, 10);
  if (from == null || to == null || settings.zone === 'UTC') return null;
  const clock = (hours: string): string => formatClock(new Date(`${day}T${hours}`), settings);
  return (
    <p className="text-[0.93rem] text-muted">
      In {zoneLabel(settings.zone, new Date(`${day}T${from}`))}: {clock(from)} to {clock(to)}
    </p>
  );
}
