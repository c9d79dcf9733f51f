import { EllipsisVertical, Link2, Paperclip } from 'lucide-react';
import { type AnchorHTMLAttributes, memo, type ReactNode } from 'react';
import type { AlertGroup } from '../../api/types.ts';
import { StateBadge } from '../../features/alert-groups/StateBadge.tsx';
import { type Act, allowedActions, LABELS } from '../../features/alert-groups/transitions.ts';
import { Avatar, Button, cx, formatSpan, IconButton, Time, useNow } from '../../ui/index.ts';
import { type ListLook, labelKeyOf, ownColumns } from './columns.ts';
import { useSwipe } from './use-swipe.ts';

export type Names = {
  integrations: ReadonlyMap<string, string>;
  teams: ReadonlyMap<string, string>;
  users: ReadonlyMap<string, string>;
};
/** What rows can ask for. One object for all rows that never changes, so that a row is painted again only when it changed itself. */
export type RowHandlers = {
  select: (id: string, selected: boolean, range: boolean) => void;
  act: (group: AlertGroup, act: Act) => void;
  open: (id: string) => void;
  openMenu: (group: AlertGroup, anchor: HTMLElement | { x: number; y: number }) => void;
  filterLabel: (label: string) => void;
};
export type RowProps = {
  group: AlertGroup;
  selected: boolean;
  names: Names;
  look: ListLook;
  /** Whether the screen is as wide as for columns; a row then lacks what only cards have. */
  wide: boolean;
  /** Whether fingers work the screen: rows can be swiped. */
  touch: boolean;
  forbidden: string | null;
  handlers: RowHandlers;
};

const MOST_LABELS = 3;
const SWIPED_SILENCE_SECONDS = 3_600;

function Labels({ group, handlers }: Pick<RowProps, 'group' | 'handlers'>) {
  const shown = group.labels.slice(0, MOST_LABELS);
  return (
    <>
      {shown.map(({ key, value }) => (
        <button
          key={key.id}
          type="button"
          title={`Filter by ${key.name}: ${value.name}`}
          aria-label={`Filter by label ${key.name}: ${value.name}`}
          onClick={() => handlers.filterLabel(`${key.id}:${value.id}`)}
          className="min-h-6 max-w-44 truncate rounded border border-line px-1 text-[0.79rem] text-muted hover:border-line-strong hover:text-text"
        >
          {key.name}: <bdi>{value.name}</bdi>
        </button>
      ))}
      {group.labels.length > MOST_LABELS && (
        <span
          className="text-[0.86rem] text-muted"
          title={group.labels
            .slice(MOST_LABELS)
            .map(({ key, value }) => `${key.name}: ${value.name}`)
            .join('\n')}
        >
          +{group.labels.length - MOST_LABELS}
        </span>
      )}
    </>
  );
}

/** A link to an alert group. The router's own works out its address anew whenever the page's changes, in each of many rows. */
function GroupLink({ id, open, ...rest }: { id: string; open: RowHandlers['open'] } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  return (
    <a
      {...rest}
      href={`/alert-groups/${encodeURIComponent(id)}`}
      onClick={(event) => {
        const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
        if (elsewhere || event.defaultPrevented) return;
        event.preventDefault();
        open(id);
      }}
    />
  );
}

function Fact({ children, className }: { children: ReactNode; className?: string }) {
  return <span className={cx('min-w-0 truncate text-muted', className)}>{children}</span>;
}

function Duration({ group }: { group: AlertGroup }) {
  const now = useNow();
  const end = group.resolved_at === null ? now.getTime() : new Date(group.resolved_at).getTime();
  return <>{formatSpan(Math.max(0, (end - new Date(group.created_at).getTime()) / 1_000))}</>;
}

function People({ group, names }: Pick<RowProps, 'group' | 'names'>) {
  const people = [[group.acknowledged_by, 'acknowledged'] as const, [group.resolved_by, 'resolved'] as const].flatMap(
    ([id, did]) => (id === null ? [] : [{ id, name: names.users.get(id) ?? id, did }]),
  );
  return people
    .filter((person, index) => people.findIndex(({ id }) => id === person.id) === index)
    .map(({ id, name, did }) => <Avatar key={id} id={id} name={name} label={`${name}, ${did}`} size="small" />);
}

/** A column's cell on wide screens. */
function Cell({ column, group, names }: { column: string } & Pick<RowProps, 'group' | 'names'>) {
  const key = labelKeyOf(column);
  if (key !== null)
    return (
      <Fact>
        <bdi>{group.labels.find((label) => label.key.name === key)?.value.name ?? '–'}</bdi>
      </Fact>
    );
  switch (column) {
    case 'alerts':
      return (
        <Fact className="text-right tabular-nums">
          {group.alerts_count}
          <span className="sr-only"> alerts</span>
        </Fact>
      );
    case 'integration':
      return <Fact>{names.integrations.get(group.integration_id) ?? '–'}</Fact>;
    case 'created':
      return (
        <Fact>
          <Time value={group.created_at} />
        </Fact>
      );
    case 'duration':
      return (
        <Fact className="whitespace-nowrap tabular-nums">
          <Duration group={group} />
        </Fact>
      );
    default:
      return (
        <div className="flex -space-x-1.5">
          <People group={group} names={names} />
        </div>
      );
  }
}

function RowActions({ group, forbidden, handlers }: Pick<RowProps, 'group' | 'forbidden' | 'handlers'>) {
  const first = allowedActions(group)[0];
  if (first === undefined) return <span className="text-[0.86rem] text-muted">acts on root</span>;
  return (
    <>
      <Button
        size="small"
        disabledReason={forbidden}
        aria-label={`${LABELS[first]} #${group.alert_group_number}`}
        className="max-sm:hidden"
        onClick={() => handlers.act(group, { action: first })}
      >
        {LABELS[first]}
      </Button>
      <IconButton
        label={`Actions for #${group.alert_group_number}`}
        size="small"
        aria-haspopup="menu"
        icon={<EllipsisVertical className="size-4" aria-hidden />}
        onClick={(event) => handlers.openMenu(group, event.currentTarget)}
      />
    </>
  );
}

/** One alert group in the list: a line on wide screens, a card on phones, where a swipe acknowledges or silences. */
export const GroupRow = memo(function GroupRow({ group, selected, names, look, wide, touch, forbidden, handlers }: RowProps) {
  const attached = group.root_alert_group_id !== null;
  const { columns } = look;
  const teamName = group.team_id === null ? null : (names.teams.get(group.team_id) ?? null);
  const integrationName = names.integrations.get(group.integration_id);
  const allowed = forbidden === null ? allowedActions(group) : [];
  const swipe = useSwipe({
    right: allowed.includes('acknowledge') ? () => handlers.act(group, { action: 'acknowledge' }) : null,
    left: allowed.includes('silence') ? () => handlers.act(group, { action: 'silence', delay: SWIPED_SILENCE_SECONDS }) : null,
  });
  return (
    <div className="relative overflow-hidden border-b border-line">
      {touch && (
        <div aria-hidden className="absolute inset-0 flex items-center justify-between px-4 font-medium">
          <span className="text-ok">{swipe.right && 'Acknowledge'}</span>
          <span className="text-quiet">{swipe.left && 'Silence for 1 hour'}</span>
        </div>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: swipes and right clicks are shortcuts to the menu beside, which keys reach */}
      <div
        data-group={group.id}
        {...swipe.handlers}
        onContextMenu={(event) => {
          if (allowed.length === 0 || (event.target instanceof Element && event.target.closest('a') !== null)) return;
          event.preventDefault();
          handlers.openMenu(group, { x: event.clientX, y: event.clientY });
        }}
        className={cx(
          'group/row relative grid grid-cols-[1.5rem_1fr_auto] items-center gap-x-3 px-3 sm:px-4 lg:grid-cols-(--columns) pointer-coarse:touch-pan-y',
          look.density === 'compact' ? 'py-1' : 'py-2.5',
          selected ? 'bg-accent-soft' : 'bg-surface hover:bg-hover',
        )}
      >
        <label className="-m-2 p-2 pointer-coarse:-m-3 pointer-coarse:p-3">
          <span className="sr-only">Select #{group.alert_group_number}</span>
          <input
            type="checkbox"
            checked={selected}
            onChange={() => undefined}
            onClick={(event) => handlers.select(group.id, !selected, event.shiftKey)}
            className="block size-4 accent-accent"
          />
        </label>
        {(!wide || columns.includes('state')) && (
          <div className="max-lg:col-start-2 max-lg:row-start-2 max-lg:mt-1">
            <StateBadge state={group.state} silencedUntil={group.silenced_until} />
          </div>
        )}
        <div className="min-w-0 max-lg:col-start-2 max-lg:row-start-1">
          <GroupLink
            id={group.id}
            open={handlers.open}
            data-row-link
            className={cx(
              'block [unicode-bidi:plaintext] lg:text-start',
              look.wrap ? 'line-clamp-4 [overflow-wrap:anywhere]' : 'truncate',
              group.state === 'firing' && 'font-medium',
            )}
          >
            {group.title ?? 'Alert'}
          </GroupLink>
          <div className={cx('flex items-center gap-x-1.5 gap-y-1 pt-0.5', look.density === 'comfortable' && 'flex-wrap')}>
            <span className="text-[0.86rem] text-muted tabular-nums">#{group.alert_group_number}</span>
            {teamName !== null && columns.includes('team') && (
              <span className="text-[0.86rem] whitespace-nowrap text-muted">· {teamName}</span>
            )}
            {group.dependent_alert_group_ids.length > 0 && (
              <span className="inline-flex items-center gap-0.5 text-[0.86rem] whitespace-nowrap text-muted">
                <Paperclip className="size-3" aria-hidden />
                {group.dependent_alert_group_ids.length} attached
              </span>
            )}
            {attached && (
              <GroupLink
                id={group.root_alert_group_id ?? ''}
                open={handlers.open}
                className="inline-flex items-center gap-0.5 text-[0.86rem] text-muted hover:text-text hover:underline"
              >
                <Link2 className="size-3" aria-hidden />
                attached
              </GroupLink>
            )}
            {columns.includes('labels') && <Labels group={group} handlers={handlers} />}
          </div>
        </div>
        {wide ? (
          ownColumns(columns).map((column) => <Cell key={column} column={column} group={group} names={names} />)
        ) : (
          <Fact className="col-start-2 row-start-3 mt-1 text-[0.93rem]">
            {group.alerts_count} {group.alerts_count === 1 ? 'alert' : 'alerts'}
            {integrationName !== undefined && ` · ${integrationName}`} · <Time value={group.created_at} />
          </Fact>
        )}
        <div className="flex items-center justify-end gap-1 max-lg:col-start-3 max-lg:row-span-3 max-lg:row-start-1">
          <RowActions group={group} forbidden={forbidden} handlers={handlers} />
        </div>
      </div>
    </div>
  );
});
