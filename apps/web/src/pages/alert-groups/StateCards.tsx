import type { GroupState } from '../../api/types.ts';
import type { GroupCounts } from '../../features/alert-groups/queries.ts';
import { STATES } from '../../features/alert-groups/StateBadge.tsx';
import { cx, Skeleton } from '../../ui/index.ts';
import type { StateWord } from './filter.ts';

const ORDER: readonly GroupState[] = ['firing', 'acknowledged', 'silenced', 'resolved'];

const MOST = 100_000;
const COLOURS = { danger: 'text-danger', warn: 'text-warn', quiet: 'text-quiet', ok: 'text-ok', neutral: '', accent: '' };

type Props = { counts: GroupCounts | undefined; chosen: readonly StateWord[]; onToggle: (state: StateWord) => void };

/** How many groups are in each state; each card is a switch of the state filter. */
export function StateCards({ counts, chosen, onToggle }: Props) {
  return (
    <fieldset className="mb-4 grid grid-cols-2 gap-2 sm:grid-cols-4 sm:gap-3">
      <legend className="sr-only">States shown</legend>
      {ORDER.map((name) => {
        const state = STATES[name];
        const on = chosen.includes(state.filter);
        const count = counts?.[name];
        return (
          <button
            key={name}
            type="button"
            aria-pressed={on}
            onClick={() => onToggle(state.filter)}
            className={cx(
              'flex min-w-0 items-center justify-between gap-2 rounded-lg border px-3 py-1.5 text-left transition-colors sm:block sm:px-4 sm:py-3',
              on ? 'border-line-strong/60 bg-surface shadow-card' : 'border-transparent bg-sunken hover:border-line',
            )}
          >
            <span
              className={cx(
                'flex items-center gap-1.5 text-[0.86rem] font-medium sm:text-[0.93rem]',
                on ? COLOURS[state.tone] : 'text-muted',
              )}
            >
              {state.icon}
              <span className="truncate">{state.word}</span>
            </span>
            {count === undefined ? (
              <Skeleton className="h-6 w-10 sm:mt-1.5" />
            ) : (
              <span
                className={cx(
                  'block text-[1.21rem] sm:mt-0.5 sm:text-[1.43rem] leading-tight font-semibold tabular-nums',
                  !on && 'text-muted',
                )}
              >
                {count >= MOST ? `${MOST}+` : count.toLocaleString('en-GB')}
              </span>
            )}
          </button>
        );
      })}
    </fieldset>
  );
}
