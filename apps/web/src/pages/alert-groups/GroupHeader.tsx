import { Link } from '@tanstack/react-router';
import { ArrowLeft, ChevronLeft, ChevronRight, EllipsisVertical, ExternalLink } from 'lucide-react';
import { useState } from 'react';
import type { AlertGroup } from '../../api/types.ts';
import { Viewers } from '../../features/alert-groups/presence.tsx';
import { StateBadge } from '../../features/alert-groups/StateBadge.tsx';
import { SilenceDialog, silenceItems } from '../../features/alert-groups/silence.tsx';
import { type Act, allowedActions, LABELS } from '../../features/alert-groups/transitions.ts';
import { Button, buttonClasses, CopyButton, IconButton, Menu, type MenuItem, Tooltip } from '../../ui/index.ts';

type Props = {
  group: AlertGroup;
  sourceLink: string | null | undefined;
  forbidden: string | null;
  neighbours: { previous: string | null; next: string | null };
  listSearch: Record<string, unknown>;
  silenceOpen: boolean;
  onSilenceOpen: (open: boolean) => void;
  onAct: (act: Act) => void;
  moreItems: MenuItem[];
};

const isWebAddress = (text: string): boolean => /^https?:\/\//i.test(text);

function SourceLink({ link }: { link: string | null | undefined }) {
  if (link === undefined) return null;
  if (link !== null && isWebAddress(link)) {
    return (
      <a href={link} target="_blank" rel="noopener noreferrer nofollow" className={buttonClasses('secondary')}>
        <ExternalLink className="size-4" aria-hidden />
        Source
      </a>
    );
  }
  const reason =
    link === null || link.trim() === ''
      ? 'The alert names no source, or the integration has no template for it.'
      : `Not a web address: ${link.slice(0, 200)}`;
  return (
    <Button icon={<ExternalLink className="size-4" aria-hidden />} disabledReason={reason}>
      Source
    </Button>
  );
}

const arrow =
  'inline-flex size-9 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text pointer-coarse:size-11';

function Neighbours({ neighbours }: Pick<Props, 'neighbours'>) {
  const { previous, next } = neighbours;
  if (previous === null && next === null) return null;
  return (
    <span className="flex">
      {previous !== null && (
        <Tooltip text="Previous in the list">
          <Link to="/alert-groups/$id" params={{ id: previous }} aria-label="Previous alert group" className={arrow}>
            <ChevronLeft className="size-4" aria-hidden />
          </Link>
        </Tooltip>
      )}
      {next !== null && (
        <Tooltip text="Next in the list">
          <Link to="/alert-groups/$id" params={{ id: next }} aria-label="Next alert group" className={arrow}>
            <ChevronRight className="size-4" aria-hidden />
          </Link>
        </Tooltip>
      )}
    </span>
  );
}

/** The buttons that change the group; on phones they stick to the bottom, acknowledge being the largest. */
function Actions({ group, forbidden, silenceOpen, onSilenceOpen, onAct, moreItems, sourceLink }: Props) {
  const [asking, setAsking] = useState(false);
  const allowed = allowedActions(group);
  const first = allowed[0];
  return (
    <div
      data-bottom-bar="phone"
      className="flex flex-wrap items-center gap-2 max-md:fixed max-md:inset-x-0 max-md:bottom-[calc(3.5rem+env(safe-area-inset-bottom))] max-md:z-20 max-md:border-t max-md:border-line max-md:bg-surface max-md:p-2"
    >
      {allowed
        .filter((action) => action !== 'silence')
        .map((action) => (
          <Button
            key={action}
            kind={action === first ? 'primary' : 'secondary'}
            disabledReason={forbidden}
            className={action === first ? 'max-md:h-11 max-md:flex-[2]' : 'max-md:h-11 max-md:flex-1'}
            onClick={() => onAct({ action })}
          >
            {LABELS[action]}
          </Button>
        ))}
      {allowed.includes('silence') && (
        <Menu
          align="end"
          open={silenceOpen}
          onOpenChange={onSilenceOpen}
          items={silenceItems(
            (delay) => onAct({ action: 'silence', delay }),
            () => setAsking(true),
          )}
          trigger={
            <Button disabledReason={forbidden} className="max-md:h-11 max-md:flex-1">
              Silence
            </Button>
          }
        />
      )}
      <span className="max-md:hidden">
        <SourceLink link={sourceLink} />
      </span>
      {moreItems.length > 0 && (
        <Menu
          align="end"
          items={moreItems}
          trigger={
            <IconButton label="More actions" icon={<EllipsisVertical className="size-4" aria-hidden />} className="max-md:h-11" />
          }
        />
      )}
      {asking && <SilenceDialog onClose={() => setAsking(false)} onSilence={(delay) => onAct({ action: 'silence', delay })} />}
    </div>
  );
}

/** Way back, state, title and actions. */
export function GroupHeader(props: Props) {
  const { group, neighbours, listSearch, sourceLink } = props;
  return (
    <header className="mb-4">
      <title>{`#${group.alert_group_number} ${group.title ?? ''} · Tocsin`}</title>
      <div className="mb-2 flex items-center gap-1">
        <Link
          to="/alert-groups"
          search={listSearch as never}
          className="inline-flex items-center gap-1.5 rounded-md py-1 pr-2 text-muted hover:text-text"
        >
          <ArrowLeft className="size-4" aria-hidden />
          Alert groups
        </Link>
        <span className="flex-1" />
        <Viewers groupId={group.id} />
        <Neighbours neighbours={neighbours} />
      </div>
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-80">
          <div className="flex flex-wrap items-center gap-2">
            <StateBadge state={group.state} silencedUntil={group.silenced_until} />
            <span className="text-muted tabular-nums">#{group.alert_group_number}</span>
            <CopyButton text={group.permalinks.web} label="Copy link to this alert group" />
            {(['slack', 'telegram'] as const).map(
              (chat) =>
                group.permalinks[chat] !== null && (
                  <a
                    key={chat}
                    href={group.permalinks[chat]}
                    target="_blank"
                    rel="noopener noreferrer"
                    className="text-accent capitalize hover:underline"
                  >
                    {chat}
                  </a>
                ),
            )}
          </div>
          <h1 dir="auto" className="mt-1 text-[1.43rem] leading-tight font-semibold tracking-tight [overflow-wrap:anywhere]">
            {group.title ?? 'Alert'}
          </h1>
        </div>
        <Actions {...props} />
        <span className="md:hidden">
          <SourceLink link={sourceLink} />
        </span>
      </div>
    </header>
  );
}
