import type { AlertGroup } from './alert-group.ts';
import type { GroupAction } from './transition.ts';

/** Why a surface refuses an action. */
export type Refusal =
  | 'already_acknowledged'
  | 'not_acknowledged'
  | 'already_resolved'
  | 'not_resolved'
  | 'not_silenced'
  | 'already_firing'
  | 'already_silenced'
  | 'attached'
  | 'maintenance'
  | 'wiped'
  | 'resolution_note_required';

/** `api`: the public API's checks. `none`: chat, phone and the engine, which ask only what the state machine asks. */
export type Guards = 'api' | 'none';

const isAcknowledged = ({ state }: AlertGroup): boolean =>
  state.kind === 'acknowledged' || (state.kind === 'resolved' && state.acknowledged !== null);

type Check = [Refusal, (group: AlertGroup) => boolean];
const resolved: Check = ['already_resolved', (group) => group.state.kind === 'resolved'];
const acknowledged: Check = ['already_acknowledged', isAcknowledged];
const attached: Check = ['attached', (group) => group.rootId !== null];
const maintenance: Check = ['maintenance', (group) => group.isMaintenance];
const wiped: Check = ['wiped', (group) => group.wipedAt !== null];

/** In the order in which the public API checks: the first that holds is the answer (http-api-alerting.md 2.5). */
const API_CHECKS: Readonly<Record<string, readonly Check[]>> = {
  acknowledge: [acknowledged, resolved, attached, maintenance],
  unacknowledge: [['not_acknowledged', (group) => !isAcknowledged(group)], resolved, attached, maintenance],
  resolve: [resolved, attached],
  unresolve: [['not_resolved', (group) => group.state.kind !== 'resolved'], attached, maintenance, wiped],
  silence: [resolved, acknowledged, attached],
  unsilence: [['not_silenced', (group) => group.state.kind !== 'silenced'], resolved, acknowledged, attached],
  apply_current_chain: [
    resolved,
    acknowledged,
    ['already_silenced', (group) => group.state.kind === 'silenced'],
    attached,
    maintenance,
  ],
  restart: [['already_firing', (group) => group.state.kind === 'firing'], attached, maintenance, wiped],
};

/** The first reason why a surface refuses the action, null when it may go on. */
export function refusal(group: AlertGroup, action: GroupAction['do'], guards: Guards): Refusal | null {
  if (guards === 'none') return group.wipedAt !== null && action !== 'wipe' ? 'wiped' : null;
  return API_CHECKS[action]?.find(([, holds]) => holds(group))?.[0] ?? null;
}
