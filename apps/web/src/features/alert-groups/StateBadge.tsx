import { BellOff, CircleCheck, Eye, Flame } from 'lucide-react';
import type { ReactNode } from 'react';
import type { GroupState } from '../../api/types.ts';
import { Badge, Countdown, type Tone } from '../../ui/index.ts';

/** Each state with its word, icon and colour; the API's filter calls firing `new`. */
export const STATES: Readonly<
  Record<GroupState, { word: string; filter: 'new' | 'acknowledged' | 'silenced' | 'resolved'; tone: Tone; icon: ReactNode }>
> = {
  firing: { word: 'Firing', filter: 'new', tone: 'danger', icon: <Flame className="size-3.5" aria-hidden /> },
  acknowledged: { word: 'Acknowledged', filter: 'acknowledged', tone: 'warn', icon: <Eye className="size-3.5" aria-hidden /> },
  silenced: { word: 'Silenced', filter: 'silenced', tone: 'quiet', icon: <BellOff className="size-3.5" aria-hidden /> },
  resolved: { word: 'Resolved', filter: 'resolved', tone: 'ok', icon: <CircleCheck className="size-3.5" aria-hidden /> },
};

/** Where a group stands. Silenced ones say for how long still. */
export function StateBadge({ state, silencedUntil = null }: { state: GroupState; silencedUntil?: string | null }) {
  const { word, tone, icon } = STATES[state];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
      {state === 'silenced' && silencedUntil !== null && (
        <span className="font-normal">
          <Countdown until={silencedUntil} />
        </span>
      )}
    </Badge>
  );
}
