import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BellOff, CalendarX2, HeartCrack, Route, TrendingDown, TrendingUp, Wrench } from 'lucide-react';
import type { ReactNode } from 'react';
import { integrationsQuery, schedulesQuery } from '../../api/directory.ts';
import { useCan } from '../../api/session.ts';
import { readinessQuery } from '../../features/reach/readiness-query.ts';
import { Card, Time } from '../../ui/index.ts';
import { gapsQuery, missingHeartbeatsQuery, trendQuery, unroutedQuery } from './queries.ts';

type Warning = { key: string; icon: ReactNode; text: ReactNode };
const icon = 'mt-0.5 size-4 shrink-0';
const MOST_GAPS = 5;

const toIntegration = (id: string, name: string) => (
  <Link to="/integrations/$id" params={{ id }} className="font-medium hover:underline">
    {name}
  </Link>
);

/** What would go wrong, or does: silent senders, maintenance, gaps in schedules, routes that reach nobody. */
export function Warnings() {
  const mayReadIntegrations = useCan('integrations:read');
  const mayReadSchedules = useCan('schedules:read');
  const integrations = useQuery({ ...integrationsQuery, enabled: mayReadIntegrations }).data ?? [];
  const schedules = useQuery({ ...schedulesQuery, enabled: mayReadSchedules }).data ?? [];
  const missing = useQuery({ ...missingHeartbeatsQuery, enabled: mayReadIntegrations }).data ?? [];
  const unrouted = useQuery({ ...unroutedQuery, enabled: mayReadIntegrations }).data ?? [];
  const gaps = useQuery({ ...gapsQuery, enabled: mayReadSchedules }).data ?? [];
  const unready =
    useQuery({ ...readinessQuery, enabled: useCan('user-settings:read') }).data?.filter(
      ({ state }) => state === 'not_reachable',
    ) ?? [];
  const nameOf = (id: string) => integrations.find((one) => one.id === id)?.name ?? id;
  const silent = [...new Set(unrouted.map(({ integration_id }) => integration_id))].filter((id) =>
    integrations.some((one) => one.id === id),
  );
  const warnings: Warning[] = [
    ...missing.map(({ id, integration_id }) => ({
      key: id,
      icon: <HeartCrack className={`${icon} text-danger`} aria-hidden />,
      text: <>{toIntegration(integration_id, nameOf(integration_id))} gives no sign of life.</>,
    })),
    ...integrations
      .filter(({ maintenance_mode }) => maintenance_mode != null)
      .map(({ id, name, maintenance_mode, maintenance_end_at }) => ({
        key: `maintenance ${id}`,
        icon: <Wrench className={`${icon} text-warn`} aria-hidden />,
        text: (
          <>
            {toIntegration(id, name ?? id)} is in {maintenance_mode === 'debug' ? 'debug mode' : 'maintenance'}: nobody is
            notified
            {maintenance_end_at != null && (
              <>
                {' '}
                until <Time value={maintenance_end_at} show="short" />
              </>
            )}
            .
          </>
        ),
      })),
    ...gaps.slice(0, MOST_GAPS).map(({ schedule_id: schedule, text, start }) => ({
      key: `gap ${schedule} ${start ?? ''} ${text}`,
      icon: <CalendarX2 className={`${icon} text-warn`} aria-hidden />,
      text: (
        <>
          <Link to="/schedules/$id" params={{ id: schedule }} className="font-medium hover:underline">
            {schedules.find(({ id }) => id === schedule)?.name ?? 'A schedule'}
          </Link>
          : {text}
        </>
      ),
    })),
    ...(unready.length === 0
      ? []
      : [
          {
            key: 'unready',
            icon: <BellOff className={`${icon} text-danger`} aria-hidden />,
            text: (
              <>
                <Link to="/readiness" search={{ state: 'not_reachable' }} className="font-medium hover:underline">
                  {unready.length === 1 ? unready[0]?.name || unready[0]?.username : `${unready.length} people`}
                </Link>{' '}
                may be paged within 14 days, and no page would reach them.
              </>
            ),
          },
        ]),
    ...silent.map((id) => ({
      key: `unrouted ${id}`,
      icon: <Route className={`${icon} text-warn`} aria-hidden />,
      text: <>{toIntegration(id, nameOf(id))} has a route without an escalation chain: its alerts notify nobody.</>,
    })),
  ];
  if (warnings.length === 0) return null;
  return (
    <Card title="Warnings">
      <ul className="space-y-2">
        {warnings.map((warning) => (
          <li key={warning.key} className="flex items-start gap-2 [overflow-wrap:anywhere]">
            {warning.icon}
            <span className="min-w-0">{warning.text}</span>
          </li>
        ))}
      </ul>
      {gaps.length > MOST_GAPS && <p className="mt-2 text-muted">and {gaps.length - MOST_GAPS} more gaps this week</p>}
    </Card>
  );
}

function Change({ now, before }: { now: number; before: number }) {
  if (now === before) return <span className="text-muted">as many as the week before</span>;
  const more = now > before;
  return (
    <span className={`inline-flex items-center gap-1 ${more ? 'text-warn' : 'text-ok'}`}>
      {more ? <TrendingUp className="size-4" aria-hidden /> : <TrendingDown className="size-4" aria-hidden />}
      {Math.abs(now - before)} {more ? 'more' : 'fewer'} than the week before
    </span>
  );
}

/** How the last seven days compare with those before. */
export function TrendCard() {
  const { data } = useQuery(trendQuery);
  if (data === undefined) return null;
  const rows = [
    ['Alert groups', data.groups],
    ['That involved me', data.mine],
  ] as const;
  return (
    <Card title="Last seven days">
      <dl className="grid grid-cols-2 gap-4">
        {rows.map(([name, counts]) => (
          <div key={name}>
            <dt className="text-muted">{name}</dt>
            <dd>
              <span className="block text-[1.43rem] leading-tight font-semibold tabular-nums">{counts.now}</span>
              <span className="text-[0.86rem]">
                <Change {...counts} />
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
