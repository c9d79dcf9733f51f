import { X } from 'lucide-react';
import { useState } from 'react';
import { SilenceDialog, silenceItems } from '../../features/alert-groups/silence.tsx';
import type { Act } from '../../features/alert-groups/transitions.ts';
import { Button, IconButton, Menu } from '../../ui/index.ts';
import type { BulkProgress } from './bulk-all.ts';

type Props = {
  selected: number;
  loaded: number;
  /** How many the filter finds, loaded or not. */
  matching: number;
  allMatching: boolean;
  pending: boolean;
  /** Set while many are worked on, some at a time. */
  progress: BulkProgress | null;
  onAct: (act: Act) => void;
  onClear: () => void;
  onSelectAll: () => void;
  onSelectMatching: () => void;
  onCancel: () => void;
};

const COUNTED = 100_000;
const shown = (count: number): string =>
  count > COUNTED ? `${COUNTED.toLocaleString('en-GB')}+` : count.toLocaleString('en-GB');

/** What can be done to all selected groups, at the bottom of the screen. */
export function BulkBar(props: Props) {
  const { selected, loaded, matching, allMatching, pending, progress, onAct, onClear, onSelectAll, onSelectMatching } = props;
  const [asking, setAsking] = useState(false);
  return (
    <section
      aria-label="Selected alert groups"
      data-bottom-bar="always"
      className="fixed inset-x-3 bottom-[calc(4.25rem+env(safe-area-inset-bottom))] z-30 mx-auto flex max-w-3xl flex-wrap items-center gap-2 rounded-xl border border-line bg-surface px-3 py-2 shadow-pop md:bottom-4"
    >
      <p role="status" className="flex-1 font-medium whitespace-nowrap">
        {progress === null
          ? `${allMatching ? `All ${shown(matching)}` : selected} selected`
          : `${shown(progress.done)} of ${shown(progress.of)} done`}
      </p>
      {progress !== null ? (
        <Button size="small" onClick={props.onCancel}>
          Stop
        </Button>
      ) : (
        <>
          {!allMatching && selected < loaded && (
            <Button kind="quiet" size="small" onClick={onSelectAll}>
              Select all {loaded} loaded
            </Button>
          )}
          {!allMatching && selected >= loaded && matching > loaded && (
            <Button kind="quiet" size="small" onClick={onSelectMatching}>
              Select all {shown(matching)} matching
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
        </>
      )}
      {asking && <SilenceDialog onClose={() => setAsking(false)} onSilence={(delay) => onAct({ action: 'silence', delay })} />}
    </section>
  );
}
