import { useState } from 'react';
import { allZones, Button, browserZone, Combobox, Dialog, type Option, zoneLabel } from '../ui/index.ts';
import { useChooseZone, useZone } from './time-zone.tsx';

function zoneOptions(profile: string, at: Date): Option[] {
  const special = new Set([profile, browserZone(), 'UTC']);
  return [...special, ...allZones().filter((one) => !special.has(one))].map((value) => ({
    value,
    label: value,
    hint: [value === profile ? 'profile' : '', value === browserZone() ? 'browser' : '', zoneLabel(value, at)]
      .filter(Boolean)
      .join(' · '),
  }));
}

/** Chooses the zone in which this tab shows times. */
export default function ZoneDialog({ onClose }: { onClose: () => void }) {
  const { zone, profile } = useZone();
  const choose = useChooseZone();
  // As they are when it is opened: there are hundreds, and none says another hour before it is closed.
  const [options] = useState(() => zoneOptions(profile, new Date()));
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
