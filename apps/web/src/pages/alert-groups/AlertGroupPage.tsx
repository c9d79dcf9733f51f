import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Link2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { integrationsQuery, nameOfUser, teamsQuery, usersQuery } from '../../api/directory.ts';
import { ApiError, errorText } from '../../api/errors.ts';
import { useCan, useForbidden } from '../../api/session.ts';
import type { AlertGroup } from '../../api/types.ts';
import { lastList } from '../../features/alert-groups/last-list.ts';
import { alertsQuery, groupQuery, renderedQuery } from '../../features/alert-groups/queries.ts';
import { type Act, undoingAction } from '../../features/alert-groups/transitions.ts';
import { useGroupActions } from '../../features/alert-groups/use-group-actions.ts';
import { useCommands } from '../../lib/commands.ts';
import { useShortcuts } from '../../lib/keyboard.tsx';
import { Badge, Card, ConfirmDialog, Facts, formatSpan, showToast, Time, useNow } from '../../ui/index.ts';
import { Alerts, Payload } from './Alerts.tsx';
import { AttachDialog } from './AttachDialog.tsx';
import { AttachedGroups } from './AttachedGroups.tsx';
import { Deliveries } from './Deliveries.tsx';
import { GroupHeader } from './GroupHeader.tsx';
import { Notes } from './Notes.tsx';
import { Plan } from './Plan.tsx';
import { Related } from './Related.tsx';
import { RenderedAlert } from './RenderedAlert.tsx';
import { Responders } from './Responders.tsx';
import { alertGroupRoute, TIMELINE_TABS } from './routes.ts';
import { Timeline } from './Timeline.tsx';
import { type GroupDialog, useGroupMenu } from './use-group-menu.tsx';

function Duration({ group }: { group: AlertGroup }) {
  const now = useNow();
  const end = group.resolved_at === null ? now.getTime() : new Date(group.resolved_at).getTime();
  return <>{formatSpan((end - new Date(group.created_at).getTime()) / 1_000)}</>;
}

function GroupFacts({ group }: { group: AlertGroup }) {
  const integration = useQuery({ ...integrationsQuery, enabled: useCan('integrations:read') }).data?.find(
    ({ id }) => id === group.integration_id,
  );
  const team = useQuery({ ...teamsQuery, enabled: useCan('user-settings:read') }).data?.find(({ id }) => id === group.team_id);
  const users = useQuery({ ...usersQuery, enabled: useCan('user-settings:read') }).data ?? [];
  const nameOf = (id: string) => {
    const user = users.find((one) => one.id === id);
    return user === undefined ? id : nameOfUser(user);
  };
  const facts: [string, React.ReactNode][] = [
    ['Started', <Time key="started" value={group.created_at} show="short" />],
    ['Lasts', <Duration key="duration" group={group} />],
    [
      'Integration',
      integration === undefined ? (
        group.integration_id
      ) : (
        <Link
          key="integration"
          to={'/integrations/$id' as string}
          params={{ id: integration.id } as never}
          className="text-accent hover:underline"
        >
          {integration.name}
        </Link>
      ),
    ],
    ...(team === undefined ? [] : [['Team', team.name] as [string, string]]),
    ...(group.acknowledged_by === null ? [] : [['Acknowledged by', nameOf(group.acknowledged_by)] as [string, string]]),
    ...(group.resolved_by === null ? [] : [['Resolved by', nameOf(group.resolved_by)] as [string, string]]),
  ];
  return (
    <Card title="Details">
      <Facts facts={facts} />
      {group.labels.length > 0 && (
        <ul aria-label="Labels" className="mt-3 flex flex-wrap gap-1.5 border-t border-line pt-3">
          {group.labels.map(({ key, value }) => (
            <li key={key.id} className="min-w-0">
              <Link
                to="/alert-groups"
                search={{ label: [`${key.id}:${value.id}`] }}
                title="Show alert groups with this label"
                className="block max-w-full"
              >
                <Badge className="hover:brightness-95">
                  <span className="truncate">
                    <span className="font-normal text-muted">{key.name}</span> <bdi>{value.name}</bdi>
                  </span>
                </Badge>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** One alert group: what it is, what was done, what happens next (web-ui.md 6). */
export function AlertGroupPage() {
  const { id } = alertGroupRoute.useParams();
  const search = alertGroupRoute.useSearch();
  const timeline = TIMELINE_TABS.find((tab) => tab === search.timeline) ?? 'all';
  const navigate = alertGroupRoute.useNavigate();
  const { data: group, error: gone } = useSuspenseQuery(groupQuery(id));
  const alerts = useQuery(alertsQuery(id)).data?.results ?? [];
  const alert = alerts.find((one) => one.id === search.alert) ?? group.last_alert;
  const rendered = useQuery({ ...renderedQuery(group.last_alert?.id ?? ''), enabled: group.last_alert !== null });
  const actions = useGroupActions();
  const forbidden = useForbidden('alert-groups:write');
  const client = useQueryClient();
  const [silenceOpen, setSilenceOpen] = useState(false);
  const [dialog, setDialog] = useState<GroupDialog | null>(null);
  const [deleteError, setDeleteError] = useState<string | null>(null);
  const note = useRef<HTMLTextAreaElement>(null);
  const addResponder = useRef<HTMLButtonElement>(null);
  const attached = group.root_alert_group_id !== null;
  const neighbours = lastList.neighboursOf(client, id);
  const number = `#${group.alert_group_number}`;

  const act = (what: Act) => {
    if (forbidden === null) void actions.one(group, what);
  };
  const goTo = (other: string | null) => {
    if (other !== null) void navigate({ to: '/alert-groups/$id', params: { id: other }, search: {} });
  };
  const remove = async (mode: 'wipe' | 'delete') => {
    try {
      await api.delete('/alert_groups/{id}', { path: { id }, body: { mode } });
      if (mode === 'wipe') {
        showToast({ text: `${number} wiped` });
        setDialog(null);
        await client.invalidateQueries({ queryKey: ['alert-groups'] });
        return;
      }
      client.removeQueries({ queryKey: groupQuery(id).queryKey });
      showToast({ text: `${number} deleted` });
      await navigate({ to: '/alert-groups', search: lastList.search() as never });
    } catch (error) {
      setDeleteError(errorText(error));
    }
  };
  const group_ = 'Alert group';
  useShortcuts([
    { keys: 'a', label: 'Acknowledge', group: group_, run: () => act({ action: 'acknowledge' }) },
    { keys: 'r', label: 'Resolve', group: group_, run: () => act({ action: 'resolve' }) },
    { keys: 's', label: 'Silence', group: group_, run: () => setSilenceOpen(true) },
    {
      keys: 'u',
      label: 'Undo the state: unacknowledge, unsilence, unresolve',
      group: group_,
      run: () => {
        const action = undoingAction(group.state);
        if (action !== null) act({ action });
      },
    },
    { keys: 'p', label: 'Add a responder', group: group_, run: () => addResponder.current?.click() },
    { keys: 'n', label: 'Write a note', group: group_, run: () => note.current?.focus() },
    { keys: '[', label: 'Previous of the list', group: group_, run: () => goTo(neighbours.previous) },
    { keys: ']', label: 'Next of the list', group: group_, run: () => goTo(neighbours.next) },
  ]);
  useCommands(
    forbidden !== null || attached
      ? []
      : [
          ...(group.state !== 'acknowledged' && group.state !== 'resolved'
            ? [{ label: `Acknowledge ${number}`, run: () => act({ action: 'acknowledge' }) }]
            : []),
          ...(group.state === 'resolved'
            ? [{ label: `Unresolve ${number}`, run: () => act({ action: 'unresolve' }) }]
            : [
                { label: `Resolve ${number}`, run: () => act({ action: 'resolve' }) },
                { label: `Silence ${number} for 2 hours`, run: () => act({ action: 'silence', delay: 7_200 }) },
              ]),
        ],
  );
  const moreItems = useGroupMenu(group, forbidden, (which) => {
    setDeleteError(null);
    setDialog(which);
  });
  return (
    <div className="mx-auto max-w-[90rem] px-4 pt-4 pb-24 sm:px-6 md:pb-10">
      <GroupHeader
        group={group}
        sourceLink={rendered.data === undefined ? undefined : rendered.data.source_link}
        forbidden={forbidden}
        neighbours={neighbours}
        listSearch={lastList.search()}
        silenceOpen={silenceOpen}
        onSilenceOpen={setSilenceOpen}
        onAct={act}
        moreItems={moreItems}
      />
      {gone instanceof ApiError && gone.status === 404 && (
        <p role="alert" className="mb-4 rounded-md bg-warn-soft px-3 py-2 text-warn">
          It was deleted meanwhile. What you see is how it was last.
        </p>
      )}
      {attached && (
        <p className="mb-4 flex flex-wrap items-center gap-2 rounded-md bg-quiet-soft px-3 py-2">
          <Link2 className="size-4 text-quiet" aria-hidden />
          It is attached to another alert group; actions apply there.
          <Link
            to="/alert-groups/$id"
            params={{ id: group.root_alert_group_id ?? '' }}
            className="font-medium text-accent hover:underline"
          >
            Open that one
          </Link>
        </p>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1fr)_23rem] xl:grid-cols-[minmax(0,1fr)_26rem]">
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
          {alert !== null && <RenderedAlert alert={alert} isLast={alert.id === group.last_alert?.id} />}
          <AttachedGroups ids={group.dependent_alert_group_ids} />
          <Timeline
            groupId={id}
            tab={timeline}
            onTab={(tab) => void navigate({ search: (old) => ({ ...old, timeline: tab }), resetScroll: false, replace: true })}
          />
          <Alerts
            groupId={id}
            total={group.alerts_count}
            chosen={alert?.id}
            onChoose={(chosen) =>
              void navigate({
                search: ({ alert: _alert, ...old }) => (chosen === group.last_alert?.id ? old : { ...old, alert: chosen }),
                resetScroll: false,
                replace: true,
              })
            }
          />
          {alert !== null && <Payload alert={alert} />}
        </div>
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4">
          <Plan group={group} />
          <Responders group={group} addRef={addResponder} />
          <GroupFacts group={group} />
          <Notes groupId={id} inputRef={note} />
          <Deliveries groupId={id} />
          <Related groupId={id} />
        </div>
      </div>
      {dialog === 'attach' && <AttachDialog group={group} onClose={() => setDialog(null)} />}
      <ConfirmDialog
        open={dialog === 'delete'}
        onClose={() => setDialog(null)}
        title={`Delete ${number}?`}
        confirmLabel="Delete"
        onConfirm={() => void remove('delete')}
        error={deleteError}
      >
        <p>
          Its {group.alerts_count} {group.alerts_count === 1 ? 'alert' : 'alerts'}, notes and timeline go with it, and nobody is
          notified of it any more. This cannot be undone.
        </p>
      </ConfirmDialog>
      <ConfirmDialog
        open={dialog === 'wipe'}
        onClose={() => setDialog(null)}
        title={`Wipe ${number}?`}
        confirmLabel="Wipe"
        onConfirm={() => void remove('wipe')}
        error={deleteError}
      >
        <p>
          What its source sent is erased: title, payloads, labels. The alert group and its timeline stay, and nobody is notified
          of it any more. This cannot be undone.
        </p>
      </ConfirmDialog>
    </div>
  );
}
