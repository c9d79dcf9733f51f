import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Bell, CircleAlert, CircleCheck, CircleDot, Eye, MessageSquare, UserPlus } from 'lucide-react';
import type { ReactNode } from 'react';
import { type TimelineEntry, timelineQuery } from '../../features/alert-groups/queries.ts';
import { Avatar, Button, Card, CopyButton, cx, SkeletonRows, Time } from '../../ui/index.ts';
import { TIMELINE_TABS, type TimelineTab } from './routes.ts';

const TAB_NAMES: Readonly<Record<TimelineTab, string>> = {
  all: 'All',
  people: 'People',
  notifications: 'Notifications',
  notes: 'Notes',
  failures: 'Failures',
};
const RESOLVED = 13;
const ACKNOWLEDGED = 0;
const PAGED = [1, 3, 23];
const ESCALATION_FAILED = 17;

const isFailure = (entry: TimelineEntry): boolean =>
  entry.error_code !== null || (entry.realm === 'alert_group' && entry.type === ESCALATION_FAILED);

const FILTERS: Readonly<Record<TimelineTab, (entry: TimelineEntry) => boolean>> = {
  all: () => true,
  people: (entry) => entry.author !== null && entry.realm !== 'user_notification',
  notifications: (entry) => entry.realm === 'user_notification',
  notes: (entry) => entry.realm === 'resolution_note',
  failures: isFailure,
};

function iconOf(entry: TimelineEntry): ReactNode {
  const size = 'size-3.5';
  if (isFailure(entry)) return <CircleAlert className={cx(size, 'text-danger')} aria-hidden />;
  if (entry.realm === 'user_notification') return <Bell className={cx(size, 'text-accent')} aria-hidden />;
  if (entry.realm === 'resolution_note') return <MessageSquare className={cx(size, 'text-muted')} aria-hidden />;
  if (entry.type === RESOLVED) return <CircleCheck className={cx(size, 'text-ok')} aria-hidden />;
  if (entry.type === ACKNOWLEDGED) return <Eye className={cx(size, 'text-warn')} aria-hidden />;
  if (PAGED.includes(entry.type)) return <UserPlus className={cx(size, 'text-accent')} aria-hidden />;
  return <CircleDot className={cx(size, 'text-muted')} aria-hidden />;
}

const Private = () => <span className="text-muted italic">private</span>;

/** The sentence of an entry, with its placeholders as links. */
function Sentence({ entry }: { entry: TimelineEntry }) {
  const link = (to: string, object: { id: string; name: string } | null) =>
    object === null ? (
      <Private />
    ) : (
      <Link to={to as string} params={{ id: object.id } as never} className="font-medium text-accent hover:underline">
        {object.name}
      </Link>
    );
  const placeholder: Readonly<Record<string, () => ReactNode>> = {
    author: () =>
      entry.author === null ? <Private /> : <span className="font-medium">{entry.author.name || entry.author.username}</span>,
    escalation_chain: () => link('/escalations/$id', entry.escalation_chain),
    schedule: () => link('/schedules/$id', entry.schedule),
    webhook: () => link('/outgoing_webhooks/$id', entry.webhook),
  };
  return entry.action.split(/\{\{(\w+)\}\}/).map((part, index) => {
    const named = index % 2 === 1 ? placeholder[part] : undefined;
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence, which never move
    return <span key={index}>{named === undefined ? part : named()}</span>;
  });
}

const nameOf = (author: { name: string; username: string } | null): string => author?.name || author?.username || 'somebody';

/** The entries as a list in Markdown, oldest first, for a post-mortem. */
export const asMarkdown = (entries: readonly TimelineEntry[]): string =>
  entries
    .map((entry) => {
      const said =
        entry.realm === 'resolution_note'
          ? `${nameOf(entry.author)} noted: ${entry.action}`
          : entry.action.replace(/\{\{(\w+)\}\}/g, (whole, part: string) => {
              if (part === 'author') return nameOf(entry.author);
              if (part === 'escalation_chain' || part === 'schedule' || part === 'webhook') return entry[part]?.name ?? 'private';
              return whole;
            });
      return `- ${entry.created_at} ${said.replace(/\s*\n\s*/g, ' ').trim()}`;
    })
    .join('\n');

type Props = { groupId: string; tab: TimelineTab; onTab: (tab: TimelineTab) => void };

/** What happened, newest first. */
export function Timeline({ groupId, tab, onTab }: Props) {
  const { data } = useQuery(timelineQuery(groupId));
  const entries = (data?.results ?? []).filter(FILTERS[tab]).toReversed();
  return (
    <Card
      title="Timeline"
      actions={
        <>
          {/* Beside the title on phones, where the tabs take a line of their own. */}
          <span className="sm:order-last">
            <CopyButton text={asMarkdown(data?.results ?? [])} label="Copy the timeline as Markdown" />
          </span>
          <fieldset className="flex flex-wrap gap-0.5">
            <legend className="sr-only">Show in the timeline</legend>
            {TIMELINE_TABS.map((one) => (
              <Button
                key={one}
                kind="quiet"
                size="small"
                aria-pressed={one === tab}
                className={one === tab ? 'bg-accent-soft! text-accent!' : 'text-muted!'}
                onClick={() => onTab(one)}
              >
                {TAB_NAMES[one]}
              </Button>
            ))}
          </fieldset>
        </>
      }
    >
      {data === undefined && <SkeletonRows rows={4} label="Loading the timeline" />}
      {data !== undefined && entries.length === 0 && <p className="text-muted">Nothing of this kind has happened.</p>}
      <ol
        aria-label="Timeline entries"
        className="relative space-y-3 before:absolute before:inset-y-2 before:left-[0.6rem] before:w-px before:bg-line"
      >
        {entries.map((entry, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: entries have no id; two may share all their fields
            key={`${entry.created_at}${entry.realm}${entry.type}${entries.length - index}`}
            className="relative flex gap-3"
          >
            <span className="z-10 mt-0.5 flex size-5 shrink-0 items-center justify-center rounded-full border border-line bg-surface">
              {iconOf(entry)}
            </span>
            <div className="min-w-0 flex-1">
              {entry.realm === 'resolution_note' ? (
                <>
                  <p className="flex items-center gap-1.5">
                    {entry.author !== null && (
                      <Avatar id={entry.author.id} name={entry.author.name || entry.author.username} size="small" />
                    )}
                    <span className="font-medium">
                      {entry.author === null ? 'Somebody' : entry.author.name || entry.author.username}
                    </span>
                    <span className="text-muted">noted</span>
                  </p>
                  <p dir="auto" className="mt-1 rounded-md bg-sunken px-3 py-2 whitespace-pre-wrap [overflow-wrap:anywhere]">
                    {entry.action}
                  </p>
                </>
              ) : (
                <p
                  dir="auto"
                  className={cx('[overflow-wrap:anywhere] first-letter:uppercase', isFailure(entry) && 'text-danger')}
                >
                  <Sentence entry={entry} />
                </p>
              )}
              <p className="text-[0.86rem] text-muted">
                <Time value={entry.created_at} show="full" />
              </p>
            </div>
          </li>
        ))}
      </ol>
    </Card>
  );
}
