import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BellOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useCan, useForbidden, useSession } from '../../api/session.ts';
import { countsQuery } from '../../features/alert-groups/queries.ts';
import { STATES, StateBadge } from '../../features/alert-groups/StateBadge.tsx';
import { allowedActions } from '../../features/alert-groups/transitions.ts';
import { useGroupActions } from '../../features/alert-groups/use-group-actions.ts';
import { SetupCard } from '../../features/guided-setup/SetupCard.tsx';
import { TeamScopeChip } from '../../features/team-scope/TeamScope.tsx';
import { useTeamScope } from '../../features/team-scope/team-scope.ts';
import { Button, Card, EmptyState, Page, SkeletonRows, Time } from '../../ui/index.ts';
import { MyShifts, OnCallNow, OpenSwaps } from './OnCall.tsx';
import { attentionQuery } from './queries.ts';
import { TrendCard, Warnings } from './Warnings.tsx';

const MOST_SHOWN = 10;

/** Alert groups that fire, with acknowledge at hand. */
function Attention() {
  const forbidden = useForbidden('alert-groups:write');
  const { teams } = useTeamScope();
  const { data } = useInfiniteQuery(attentionQuery(teams));
  const actions = useGroupActions();
  const groups = data?.pages.flatMap((page) => page.results).slice(0, MOST_SHOWN) ?? [];
  return (
    <Card
      title="Needs attention"
      flush
      actions={
        <Link to="/alert-groups" className="text-[0.93rem] text-accent hover:underline">
          All alert groups
        </Link>
      }
    >
      {data === undefined && <SkeletonRows rows={4} label="Loading alert groups" />}
      {data !== undefined && groups.length === 0 && (
        <EmptyState icon={<BellOff />} title="All quiet">
          Nothing fires.
        </EmptyState>
      )}
      <ul className="divide-y divide-line">
        {groups.map((group) => (
          <li key={group.id} className="flex items-center gap-3 px-4 py-2.5">
            <StateBadge state={group.state} silencedUntil={group.silenced_until} />
            <Link
              to="/alert-groups/$id"
              params={{ id: group.id }}
              dir="auto"
              className="min-w-0 flex-1 truncate font-medium hover:underline"
            >
              {group.title ?? 'Alert'}
            </Link>
            <span className="text-[0.93rem] text-muted max-sm:hidden">
              <Time value={group.created_at} />
            </span>
            {allowedActions(group).includes('acknowledge') && (
              <Button
                size="small"
                disabledReason={forbidden}
                aria-label={`Acknowledge #${group.alert_group_number}`}
                onClick={() => void actions.one(group, { action: 'acknowledge' })}
              >
                Acknowledge
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Counts() {
  const { teams } = useTeamScope();
  const { data } = useQuery(countsQuery(teams.length === 0 ? {} : { team_id: teams }));
  return (
    <div className="mb-4 grid grid-cols-2 gap-2 sm:grid-cols-4 sm:gap-3">
      {(['firing', 'acknowledged', 'silenced', 'resolved'] as const).map((state) => (
        <Link
          key={state}
          to="/alert-groups"
          search={{ state: [STATES[state].filter] }}
          className="rounded-lg border border-line bg-surface px-4 py-3 shadow-card hover:border-line-strong"
        >
          <span className="flex items-center gap-1.5 text-[0.93rem] text-muted">
            {STATES[state].icon}
            {STATES[state].word}
          </span>
          <span className="text-[1.43rem] leading-tight font-semibold tabular-nums">{data?.[state] ?? '–'}</span>
        </Link>
      ))}
    </div>
  );
}

/** Start page: what fires, who is on call, what I have to do (web-ui.md 4). */
export function HomePage() {
  const groups = useCan('alert-groups:read');
  const schedules = useCan('schedules:read');
  const admin = useCan('integrations:write');
  const { user } = useSession();
  const side: ReactNode = schedules && (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <MyShifts />
      <OnCallNow />
      <OpenSwaps />
    </div>
  );
  return (
    <Page title={`Hello, ${user.name || user.username}`}>
      {admin && <SetupCard />}
      <TeamScopeChip />
      {groups && <Counts />}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1fr)_24rem]">
        {groups ? (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
            <Attention />
            <Warnings />
            <TrendCard />
          </div>
        ) : (
          <EmptyState title="Nothing to see here">Your role gives you no access to alert groups.</EmptyState>
        )}
        {side}
      </div>
    </Page>
  );
}
