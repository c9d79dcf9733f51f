import { X } from 'lucide-react';
import { useState } from 'react';
import type { AlertGroup } from '../../api/types.ts';
import { SilenceDialog, silenceItems } from '../../features/alert-groups/silence.tsx';
import type { Act } from '../../features/alert-groups/transitions.ts';
import { Button, IconButton, Menu } from '../../ui/index.ts';

type Props = {
  groups: readonly AlertGroup[];
  loaded: number;
  pending: boolean;
  onAct: (act: Act) => void;
  onClear: () => void;
  onSelectAll: () => void;
};

/** What can be done to all selected groups, at the bottom of the screen. */
export function BulkBar({ groups, loaded, pending, onAct, onClear, onSelectAll }: Props) {
  const [asking, setAsking] = useState(false);
  return (
    <section
      aria-label="Selected alert groups"
      className="fixed inset-x-3 bottom-[calc(4.25rem+env(safe-area-inset-bottom))] z-30 mx-auto flex max-w-3xl flex-wrap items-center gap-2 rounded-xl border border-line bg-surface px-3 py-2 shadow-pop md:bottom-4"
    >
      <p role="status" className="flex-1 font-medium whitespace-nowrap">
        {groups.length} selected
      </p>
      {groups.length < loaded && (
        <Button kind="quiet" size="small" onClick={onSelectAll}>
          Select all {loaded} loaded
        </Button>
      )}
      <Button kind="primary" size="small" pending={pending} onClick={() => onAct({ action: 'acknowledge' })}>
        Acknowledge
      </Button>
      <Button size="small" pending={pending} onClick={() => onAct({ action: 'resolve' })}>
        Resolve
      </Button>
      <Menu
        align="end"
        items={silenceItems(
          (delay) => onAct({ action: 'silence', delay }),
          () => setAsking(true),
        )}
        trigger={<Button size="small">Silence</Button>}
      />
      <Button size="small" pending={pending} onClick={() => onAct({ action: 'restart' })}>
        Restart
      </Button>
      <IconButton label="Clear selection" size="small" icon={<X className="size-4" aria-hidden />} onClick={onClear} />
      {asking && <SilenceDialog onClose={() => setAsking(false)} onSilence={(delay) => onAct({ action: 'silence', delay })} />}
    </section>
  );
}
