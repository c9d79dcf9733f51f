import { Fragment, type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { cx, formatClock, formatFull, personColour, useNow, useTimeSettings } from '../../ui/index.ts';
import type { Day } from './civil.ts';
import type { TimelinePiece } from './queries.ts';

export type Row = {
  key: string;
  label: string;
  pieces: readonly TimelinePiece[];
  gaps?: readonly { start: string; end: string }[];
};

export type TimelineProps = {
  days: readonly Day[];
  rows: readonly Row[];
  nameOf: (userId: string) => string;
  onOpen: (piece: TimelinePiece) => void;
  /** Drawn over the first row with the pointer; left out where nothing may be added. */
  onDraw?: ((from: Date, to: Date) => void) | undefined;
};

const STEP_MS = 900_000;
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' });

/** The colour of the first person, which they have in every view. */
const colourOf = ({ user_ids: [first] }: TimelinePiece) => (first === undefined ? {} : personColour(first));

const titleOf = (day: Day): string => {
  const at = new Date(`${day.date}T00:00Z`);
  return `${weekday.format(at)} ${at.getUTCDate()}`;
};

const centre = (piece: Element): number => {
  const { left, width } = piece.getBoundingClientRect();
  return left + width / 2;
};
const nearest = (pieces: readonly HTMLElement[], to: number): HTMLElement | undefined =>
  [...pieces].sort((a, b) => Math.abs(centre(a) - to) - Math.abs(centre(b) - to))[0];

/** Arrows go from turn to turn: left and right in a row, up and down to the nearest of the next row that has any. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  if (!event.key.startsWith('Arrow') || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const lanes = [...event.currentTarget.querySelectorAll('section')]
    .map((lane) => [...lane.querySelectorAll<HTMLElement>('[data-turn]')].sort((a, b) => centre(a) - centre(b)))
    .filter((pieces) => pieces.length > 0);
  const at = lanes.findIndex((pieces) => pieces.some((piece) => piece === event.target));
  const own = lanes[at];
  if (own === undefined) {
    // From the calendar itself into its first row; left and right go on to other days.
    if (event.target !== event.currentTarget || event.key !== 'ArrowDown') return;
    event.preventDefault();
    lanes[0]?.[0]?.focus();
    return;
  }
  const index = own.indexOf(event.target as HTMLElement);
  const here = own[index];
  const to =
    event.key === 'ArrowLeft'
      ? own[index - 1]
      : event.key === 'ArrowRight'
        ? own[index + 1]
        : here === undefined
          ? undefined
          : nearest(lanes[at + (event.key === 'ArrowUp' ? -1 : 1)] ?? [], centre(here));
  event.preventDefault();
  to?.focus();
  to?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** Days beside each other, a row for who is on call and one for each layer. Widths are true to time, also on days of 23 or 25 hours. */
export function Timeline({ days, rows, nameOf, onOpen, onDraw }: TimelineProps) {
  const settings = useTimeSettings();
  const now = useNow().getTime();
  const first = days[0]?.start ?? 0;
  const last = days.at(-1)?.end ?? 1;
  const percent = (ms: number) => ((Math.min(Math.max(ms, first), last) - first) / (last - first)) * 100;
  const place = (piece: { start: string; end: string }) => {
    const [from, to] = [percent(Date.parse(piece.start)), percent(Date.parse(piece.end))];
    return { left: `${from}%`, width: `${Math.max(to - from, 0.4)}%` };
  };
  const said = (piece: TimelinePiece) => {
    const who = piece.user_ids.length === 0 ? 'Nobody' : piece.user_ids.map(nameOf).join(', ');
    return `${who}, ${formatFull(new Date(piece.start), settings)} to ${formatFull(new Date(piece.end), settings)}`;
  };
  return (
    <section
      aria-label="Calendar"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach what scrolls
      tabIndex={0}
      onKeyDown={moveFocus}
      className="overflow-x-auto rounded-lg border border-line bg-surface shadow-card"
    >
      <div className={cx('relative', days.length > 7 ? 'min-w-[60rem]' : 'min-w-[40rem]')}>
        <div className="ml-28 flex border-b border-line" aria-hidden>
          {days.map((day) => (
            <div
              key={day.date}
              className={cx(
                'border-l border-line px-1 py-1.5 text-center text-[0.86rem]',
                day.isWeekend && 'bg-sunken',
                day.isToday && 'font-semibold text-accent',
              )}
              style={{ flexGrow: day.end - day.start, flexBasis: 0 }}
            >
              {titleOf(day)}
              {day.hours !== 24 && <span className="block text-warn">{day.hours} h</span>}
            </div>
          ))}
        </div>
        {rows.map((row, index) => (
          <Fragment key={row.key}>
            <section
              aria-label={row.label}
              className={cx('flex border-b border-line last:border-0', index === 0 && 'bg-accent-soft/30')}
            >
              <h3
                className={cx('w-28 shrink-0 px-2 py-3 text-[0.93rem] [overflow-wrap:anywhere]', index === 0 && 'font-semibold')}
              >
                {row.label}
              </h3>
              <Lane
                days={days}
                percent={percent}
                first={first}
                last={last}
                {...(index === 0 && onDraw !== undefined ? { onDraw } : {})}
              >
                {now > first && now < last && (
                  <div
                    aria-hidden
                    className="pointer-events-none absolute inset-y-0 z-10 w-px bg-danger"
                    style={{ left: `${percent(now)}%` }}
                  />
                )}
                {(row.gaps ?? []).map((gap) => (
                  <div
                    key={gap.start}
                    title="Nobody is on call"
                    className="absolute inset-y-1.5 rounded bg-[repeating-linear-gradient(135deg,var(--c-danger-soft)_0_6px,transparent_6px_12px)] ring-1 ring-danger/30"
                    style={place(gap)}
                  />
                ))}
                {row.pieces.map((piece) => (
                  <button
                    key={`${piece.start} ${piece.end} ${piece.shift_id} ${piece.user_ids.join()}`}
                    type="button"
                    data-turn
                    aria-label={said(piece)}
                    title={said(piece)}
                    onClick={() => onOpen(piece)}
                    onPointerDown={(event) => event.stopPropagation()}
                    className={cx(
                      'absolute inset-y-1.5 overflow-hidden rounded px-1.5 text-left text-[0.86rem] leading-tight whitespace-nowrap focus-visible:z-20',
                      piece.user_ids.length === 0 && 'border border-dashed border-danger text-danger',
                      piece.swaps.length > 0 && 'outline-2 outline-dashed outline-warn',
                    )}
                    style={{ ...place(piece), ...colourOf(piece) }}
                  >
                    <span className="font-medium">
                      {piece.user_ids.length === 0 ? 'nobody' : piece.user_ids.map(nameOf).join(', ')}
                    </span>
                    <span className="block opacity-80">{formatClock(new Date(piece.start), settings)}</span>
                  </button>
                ))}
              </Lane>
            </section>
          </Fragment>
        ))}
      </div>
    </section>
  );
}

type LaneProps = {
  days: readonly Day[];
  percent: (ms: number) => number;
  first: number;
  last: number;
  onDraw?: (from: Date, to: Date) => void;
  children: React.ReactNode;
};

/** A row to put pieces on; where it may be drawn on, a drag marks a span. */
function Lane({ days, percent, first, last, onDraw, children }: LaneProps) {
  const lane = useRef<HTMLDivElement>(null);
  const [span, setSpan] = useState<{ from: number; to: number } | null>(null);
  const at = (event: PointerEvent): number => {
    const box = lane.current?.getBoundingClientRect();
    if (box === undefined) return first;
    const ms = first + ((event.clientX - box.left) / box.width) * (last - first);
    return Math.round(Math.min(Math.max(ms, first), last) / STEP_MS) * STEP_MS;
  };
  const end = () => {
    if (span !== null && onDraw !== undefined && Math.abs(span.to - span.from) >= STEP_MS)
      onDraw(new Date(Math.min(span.from, span.to)), new Date(Math.max(span.from, span.to)));
    setSpan(null);
  };
  return (
    <div
      ref={lane}
      className={cx('relative min-h-14 flex-1', onDraw !== undefined && 'cursor-crosshair')}
      onPointerDown={
        onDraw === undefined
          ? undefined
          : (event) => {
              if (event.pointerType === 'touch') return; // it scrolls there; the button adds
              event.currentTarget.setPointerCapture(event.pointerId);
              setSpan({ from: at(event), to: at(event) });
            }
      }
      onPointerMove={(event) => span !== null && setSpan({ ...span, to: at(event) })}
      onPointerUp={end}
      onPointerCancel={() => setSpan(null)}
    >
      {days.map((day) => (
        <div
          key={day.date}
          aria-hidden
          className={cx('pointer-events-none absolute inset-y-0 border-l border-line', day.isWeekend && 'bg-sunken/70')}
          style={{ left: `${percent(day.start)}%`, width: `${percent(day.end) - percent(day.start)}%` }}
        />
      ))}
      {span !== null && (
        <div
          aria-hidden
          className="absolute inset-y-1 z-20 rounded bg-accent/30 ring-2 ring-accent"
          style={{
            left: `${percent(Math.min(span.from, span.to))}%`,
            width: `${Math.abs(percent(span.to) - percent(span.from))}%`,
          }}
        />
      )}
      {children}
    </div>
  );
}
