import { Link } from '@tanstack/react-router';
import { EllipsisVertical, Link2, Paperclip } from 'lucide-react';
import type { ReactNode } from 'react';
import type { AlertGroup } from '../../api/types.ts';
import { StateBadge } from '../../features/alert-groups/StateBadge.tsx';
import { silenceItems } from '../../features/alert-groups/silence.tsx';
import { type Act, allowedActions, LABELS } from '../../features/alert-groups/transitions.ts';
import { Avatar, Button, cx, IconButton, Menu, type MenuItem, Time } from '../../ui/index.ts';

export type RowProps = {
  group: AlertGroup;
  selected: boolean;
  /** Names by id, as far as they are known. */
  integrationName: string | null;
  teamName: string | null;
  people: readonly { id: string; name: string; did: string }[];
  forbidden: string | null;
  onSelect: (selected: boolean, range: boolean) => void;
  onAct: (act: Act) => void;
  onSilenceCustom: () => void;
  onFilterLabel: (label: string) => void;
};

const MOST_LABELS = 3;

function menuItems({ group, forbidden, onAct, onSilenceCustom }: RowProps): MenuItem[] {
  return allowedActions(group).map((action) =>
    action === 'silence' && forbidden === null
      ? { label: 'Silence', items: silenceItems((delay) => onAct({ action, delay }), onSilenceCustom) }
      : { label: LABELS[action], disabledReason: forbidden, onSelect: () => onAct({ action }) },
  );
}

function Labels({ group, onFilterLabel }: Pick<RowProps, 'group' | 'onFilterLabel'>) {
  const shown = group.labels.slice(0, MOST_LABELS);
  return (
    <>
      {shown.map(({ key, value }) => (
        <button
          key={key.id}
          type="button"
          title={`Filter by ${key.name}: ${value.name}`}
          aria-label={`Filter by label ${key.name}: ${value.name}`}
          onClick={() => onFilterLabel(`${key.id}:${value.id}`)}
          className="max-w-44 truncate rounded border border-line px-1 text-[0.79rem] leading-5 text-muted hover:border-line-strong hover:text-text"
        >
          {key.name}: <bdi>{value.name}</bdi>
        </button>
      ))}
      {group.labels.length > MOST_LABELS && (
        <span className="text-[0.86rem] text-muted">+{group.labels.length - MOST_LABELS}</span>
      )}
    </>
  );
}

function Fact({ children, className }: { children: ReactNode; className?: string }) {
  return <span className={cx('min-w-0 truncate text-muted', className)}>{children}</span>;
}

/** One alert group in the list: a line on wide screens, a card on phones. */
export function GroupRow(props: RowProps) {
  const { group, selected, integrationName, teamName, people, forbidden, onSelect, onAct, onFilterLabel } = props;
  const attached = group.root_alert_group_id !== null;
  const items = menuItems(props);
  const first = allowedActions(group)[0];
  const title = group.title ?? 'Alert';
  return (
    <div
      data-group={group.id}
      className={cx(
        'group/row grid items-center gap-x-3 border-b border-line px-3 py-2.5 sm:px-4',
        'grid-cols-[1.5rem_1fr_auto] lg:grid-cols-[1.5rem_11rem_minmax(0,1fr)_4rem_minmax(6rem,10rem)_5rem_4.5rem_9.5rem]',
        selected ? 'bg-accent-soft' : 'hover:bg-hover',
      )}
    >
      <label className="-m-2 p-2 pointer-coarse:-m-3 pointer-coarse:p-3">
        <span className="sr-only">Select #{group.alert_group_number}</span>
        <input
          type="checkbox"
          checked={selected}
          onChange={() => undefined}
          onClick={(event) => onSelect(!selected, event.shiftKey)}
          className="block size-4 accent-accent"
        />
      </label>
      <div className="max-lg:col-start-2 max-lg:row-start-2 max-lg:mt-1">
        <StateBadge state={group.state} silencedUntil={group.silenced_until} />
      </div>
      <div className="min-w-0 max-lg:col-start-2 max-lg:row-start-1">
        <Link
          to="/alert-groups/$id"
          params={{ id: group.id }}
          data-row-link
          className={cx('block truncate [unicode-bidi:plaintext] lg:text-start', group.state === 'firing' && 'font-medium')}
        >
          {title}
        </Link>
        <div className="flex flex-wrap items-center gap-x-1.5 gap-y-1 pt-0.5">
          <span className="text-[0.86rem] text-muted tabular-nums">#{group.alert_group_number}</span>
          {teamName !== null && <span className="text-[0.86rem] text-muted">· {teamName}</span>}
          {group.dependent_alert_group_ids.length > 0 && (
            <span className="inline-flex items-center gap-0.5 text-[0.86rem] text-muted">
              <Paperclip className="size-3" aria-hidden />
              {group.dependent_alert_group_ids.length} attached
            </span>
          )}
          {attached && (
            <span className="inline-flex items-center gap-0.5 text-[0.86rem] text-muted">
              <Link2 className="size-3" aria-hidden />
              attached
            </span>
          )}
          <Labels group={group} onFilterLabel={onFilterLabel} />
        </div>
      </div>
      <Fact className="max-lg:hidden text-right tabular-nums">
        {group.alerts_count}
        <span className="sr-only"> alerts</span>
      </Fact>
      <Fact className="max-lg:hidden">{integrationName ?? '–'}</Fact>
      <Fact className="max-lg:col-start-2 max-lg:row-start-3 max-lg:mt-1 max-lg:text-[0.93rem]">
        <span className="lg:hidden">
          {group.alerts_count} {group.alerts_count === 1 ? 'alert' : 'alerts'} · {integrationName ?? ''} ·{' '}
        </span>
        <Time value={group.created_at} />
      </Fact>
      <div className="flex -space-x-1.5 max-lg:hidden">
        {people.map(({ id, name, did }) => (
          <Avatar key={id} id={id} name={name} label={`${name}, ${did}`} size="small" />
        ))}
      </div>
      <div className="flex items-center justify-end gap-1 max-lg:col-start-3 max-lg:row-span-3 max-lg:row-start-1">
        {first !== undefined && (
          <Button
            size="small"
            disabledReason={forbidden}
            aria-label={`${LABELS[first]} #${group.alert_group_number}`}
            className="max-sm:hidden"
            onClick={() => onAct({ action: first })}
          >
            {LABELS[first]}
          </Button>
        )}
        {items.length > 0 ? (
          <Menu
            align="end"
            items={items}
            trigger={
              <IconButton
                label={`Actions for #${group.alert_group_number}`}
                size="small"
                icon={<EllipsisVertical className="size-4" aria-hidden />}
              />
            }
          />
        ) : (
          <span className="text-[0.86rem] text-muted">acts on root</span>
        )}
      </div>
    </div>
  );
}
