import { Globe } from 'lucide-react';
import { type ReactNode, useMemo, useState, useSyncExternalStore } from 'react';
import { useSession } from '../api/session.ts';
import { Button, browserZone, Combobox, Dialog, TimeContext, useNow, zoneLabel } from '../ui/index.ts';

const STORED = 'tocsin.zone';
const listeners = new Set<() => void>();

/** The zone that was chosen in this tab; null: the profile's. */
const readChosen = (): string | null => sessionStorage.getItem(STORED);
function choose(zone: string | null): void {
  if (zone === null) sessionStorage.removeItem(STORED);
  else sessionStorage.setItem(STORED, zone);
  for (const listener of listeners) listener();
}
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const profileZone = (timezone: string | null): string => timezone || browserZone();

function useZone(): { zone: string; chosen: string | null; profile: string } {
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

const allZones = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

function ZoneDialog({ onClose }: { onClose: () => void }) {
  const { zone, profile } = useZone();
  const now = useNow();
  const options = useMemo(() => {
    const special = new Set([profile, browserZone(), 'UTC']);
    return [...special, ...allZones().filter((one) => !special.has(one))].map((value) => ({
      value,
      label: value,
      hint: [value === profile ? 'profile' : '', value === browserZone() ? 'browser' : '', zoneLabel(value, now)]
        .filter(Boolean)
        .join(' · '),
    }));
  }, [profile, now]);
  const pick = (next: string | null) => {
    if (next === null) return;
    choose(next === profile ? null : next);
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Time zone"
      description="All times in this tab are shown in it. Your profile keeps its own."
    >
      <div className="space-y-3">
        <Combobox label="Show times in" options={options} value={zone} onChange={pick} />
        <div className="flex flex-wrap gap-2">
          {[...new Set([profile, browserZone(), 'UTC'])].map((one) => (
            <Button key={one} size="small" aria-pressed={one === zone} onClick={() => pick(one)}>
              {one}
            </Button>
          ))}
        </div>
      </div>
    </Dialog>
  );
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
      {open && <ZoneDialog onClose={() => setOpen(false)} />}
    </>
  );
}
