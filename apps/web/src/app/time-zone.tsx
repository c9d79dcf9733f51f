import { useNavigate, useRouterState, useSearch } from '@tanstack/react-router';
import { Globe } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useMemo, useState, useSyncExternalStore } from 'react';
import { useSession } from '../api/session.ts';
import { zoneOf } from '../lib/search-params.ts';
import { Button, browserZone, LoadingLayer, TimeContext, useNow, zoneLabel } from '../ui/index.ts';

const ZoneDialog = lazy(() => import('./ZoneDialog.tsx'));

const STORED = 'tocsin.zone';
const listeners = new Set<() => void>();

/** The zone that was chosen in this tab; null: the profile's. */
const readChosen = (): string | null => sessionStorage.getItem(STORED);
function chooseZone(zone: string | null): void {
  if (zone === null) sessionStorage.removeItem(STORED);
  else sessionStorage.setItem(STORED, zone);
  for (const listener of listeners) listener();
}
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const profileZone = (timezone: string | null): string => timezone || browserZone();

/** Pages whose address may hold the zone (`tz`), so that a link shows others the same calendar. */
const useIsCalendar = () => useRouterState({ select: ({ location }) => location.pathname.startsWith('/schedules') });

/** The zone of all times: that of a calendar's address, the one chosen in this tab, or the profile's. */
export function useZone(): { zone: string; chosen: string | null; profile: string } {
  const inTab = useSyncExternalStore(subscribe, readChosen);
  const profile = profileZone(useSession().user.timezone);
  const isCalendar = useIsCalendar();
  const inAddress = useSearch({ strict: false, select: (search: { tz?: unknown }) => zoneOf(search.tz) });
  const chosen = (isCalendar ? inAddress : undefined) ?? inTab;
  return { zone: chosen ?? profile, chosen, profile };
}

/** Chooses the zone of this tab, and of a calendar's address; null: the profile's. */
export function useChooseZone(): (zone: string | null) => void {
  const navigate = useNavigate();
  const isCalendar = useIsCalendar();
  return (zone) => {
    chooseZone(zone);
    if (!isCalendar) return;
    const search = (before: Record<string, unknown>) => ({ ...before, tz: zone ?? undefined });
    void navigate({ to: '.', search, replace: true } as never);
  };
}

/** Gives all times below it the zone of the person, or the one chosen in the header. */
export function TimeZoneProvider({ children }: { children: ReactNode }) {
  const { zone } = useZone();
  const settings = useMemo(() => ({ zone, hour12: false }), [zone]);
  return <TimeContext value={settings}>{children}</TimeContext>;
}

/** Shows the zone of all times, and changes it. */
export function ZoneChip() {
  const { zone, chosen } = useZone();
  const now = useNow();
  const [open, setOpen] = useState(false);
  const label = zoneLabel(zone, now);
  return (
    <>
      <Button
        kind="quiet"
        size="small"
        aria-label={`Time zone: ${label}`}
        icon={<Globe className="size-4 text-muted" aria-hidden />}
        className={chosen === null ? 'text-muted' : 'text-accent'}
        onClick={() => setOpen(true)}
      >
        <span className="max-sm:sr-only">{label}</span>
      </Button>
      {open && (
        <Suspense fallback={<LoadingLayer />}>
          <ZoneDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
