import type { AlertGroup } from '../../api/types.ts';

export type GroupAction = 'acknowledge' | 'unacknowledge' | 'resolve' | 'unresolve' | 'silence' | 'unsilence' | 'restart';
/** What is asked for: an action, and for `silence` the seconds (-1: until unsilenced). */
export type Act = { action: GroupAction; delay?: number };

/** What may be done from each state (web-ui.md 5.3), most likely first. */
const ALLOWED: Readonly<Record<AlertGroup['state'], readonly GroupAction[]>> = {
  firing: ['acknowledge', 'resolve', 'silence'],
  acknowledged: ['resolve', 'unacknowledge', 'silence'],
  silenced: ['unsilence', 'acknowledge', 'resolve'],
  resolved: ['unresolve'],
};

export const allowedActions = (group: AlertGroup): readonly GroupAction[] =>
  group.root_alert_group_id === null ? ALLOWED[group.state] : [];

export const LABELS: Readonly<Record<GroupAction, string>> = {
  acknowledge: 'Acknowledge',
  unacknowledge: 'Unacknowledge',
  resolve: 'Resolve',
  unresolve: 'Unresolve',
  silence: 'Silence',
  unsilence: 'Unsilence',
  restart: 'Restart',
};
export const DONE: Readonly<Record<GroupAction, string>> = {
  acknowledge: 'acknowledged',
  unacknowledge: 'unacknowledged',
  resolve: 'resolved',
  unresolve: 'unresolved',
  silence: 'silenced',
  unsilence: 'unsilenced',
  restart: 'restarted',
};

/** Which action undoes what was last done to a group in this state: the key `u`. */
export const undoingAction = (state: AlertGroup['state']): GroupAction | null =>
  (({ firing: null, acknowledged: 'unacknowledge', silenced: 'unsilence', resolved: 'unresolve' }) as const)[state];

/** How the group will look when the server agrees. */
export function afterAction(group: AlertGroup, { action, delay = -1 }: Act, userId: string, now: Date): AlertGroup {
  const at = now.toISOString();
  const quiet = { silenced_at: null, silenced_until: null };
  switch (action) {
    case 'acknowledge':
      return { ...group, ...quiet, state: 'acknowledged', acknowledged_at: at, acknowledged_by: userId };
    case 'resolve':
      return { ...group, ...quiet, state: 'resolved', resolved_at: at, resolved_by: userId };
    case 'silence':
      return {
        ...group,
        state: 'silenced',
        acknowledged_at: null,
        acknowledged_by: null,
        silenced_at: at,
        silenced_until: delay < 0 ? null : new Date(now.getTime() + delay * 1_000).toISOString(),
      };
    default:
      return {
        ...group,
        ...quiet,
        state: 'firing',
        acknowledged_at: null,
        acknowledged_by: null,
        resolved_at: null,
        resolved_by: null,
      };
  }
}

const LEAST_SILENCE_SECONDS = 60;

/** The actions that bring a group back to how it was before `done`; they run one after the other. */
export function undoOf(before: AlertGroup, done: GroupAction, now: Date): Act[] {
  const backToFiring: Partial<Record<GroupAction, GroupAction>> = {
    acknowledge: 'unacknowledge',
    resolve: 'unresolve',
    silence: 'unsilence',
  };
  const first = backToFiring[done];
  const steps: Act[] = first === undefined ? [] : [{ action: first }];
  switch (before.state) {
    case 'firing':
      return steps;
    case 'acknowledged':
      return [...steps, { action: 'acknowledge' }];
    case 'resolved':
      return [...steps, { action: 'resolve' }];
    case 'silenced': {
      const left =
        before.silenced_until === null ? -1 : Math.round((new Date(before.silenced_until).getTime() - now.getTime()) / 1_000);
      return left >= 0 && left < LEAST_SILENCE_SECONDS ? steps : [...steps, { action: 'silence', delay: left }];
    }
  }
}
