import { Globe } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useMemo, useState, useSyncExternalStore } from 'react';
import { useSession } from '../api/session.ts';
import { Button, browserZone, LoadingLayer, TimeContext, useNow, zoneLabel } from '../ui/index.ts';

const ZoneDialog = lazy(() => import('./ZoneDialog.tsx'));

const STORED = 'tocsin.zone';
const listeners = new Set<() => void>();

/** The zone that was chosen in this tab; null: the profile's. */
const readChosen = (): string | null => sessionStorage.getItem(STORED);
export function chooseZone(zone: string | null): void {
  if (zone === null) sessionStorage.removeItem(STORED);
  else sessionStorage.setItem(STORED, zone);
  for (const listener of listeners) listener();
}
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const profileZone = (timezone: string | null): string => timezone || browserZone();

export function useZone(): { zone: string; chosen: string | null; profile: string } {
  const chosen = useSyncExternalStore(subscribe, readChosen);
  const profile = profileZone(useSession().user.timezone);
  return { zone: chosen ?? profile, chosen, profile };
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
