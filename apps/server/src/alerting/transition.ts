import { type Actor, actorUserId, byCode } from './actor.ts';
import { BY, type GroupState, type Mark, type Silence } from './alert-group.ts';
import { TIMELINE } from './timeline/record.ts';

/** What can be done to a group. `silence` for null seconds lasts until somebody ends it. */
export type GroupAction =
  | { do: 'acknowledge' }
  | { do: 'unacknowledge' }
  | { do: 'auto_unacknowledge' }
  | { do: 'resolve' }
  | { do: 'unresolve' }
  | { do: 'silence'; seconds: number | null }
  | { do: 'unsilence' }
  | { do: 'expire_silence' }
  | { do: 'restart' }
  | { do: 'apply_current_chain' }
  | { do: 'wipe' };

/** What becomes of the escalation: it ends, or a new run starts. `keep`: it has ended before. `anew`: it ends and a new one starts. */
export type RunFate = 'stop' | 'restart' | 'keep' | 'anew';

export type RecordDraft = { type: number; data?: Readonly<Record<string, unknown>> };

/** Why an action changes nothing. */
export type Unchanged =
  | 'already_acknowledged'
  | 'not_acknowledged'
  | 'already_resolved'
  | 'not_resolved'
  | 'not_silenced'
  | 'already_firing'
  | 'not_firing'
  | 'not_due'
  | 'wiped';

export type Transition =
  | { changed: false; because: Unchanged }
  | {
      changed: true;
      state: GroupState;
      /** In the order they are written: what the action undid comes first. */
      records: readonly RecordDraft[];
      run: RunFate;
    };

const FIRING: GroupState = { kind: 'firing' };
const no = (because: Unchanged): Transition => ({ changed: false, because });

/** Records of leaving a state by an action that means another one (escalation.md 1.5: "+15, 14", "+1"). */
const undone = (state: GroupState): RecordDraft[] => {
  switch (state.kind) {
    case 'firing':
      return [];
    case 'acknowledged':
      return [{ type: TIMELINE.unacknowledged }];
    case 'silenced':
      return [{ type: TIMELINE.unsilenced }];
    case 'resolved':
      return [{ type: TIMELINE.unresolved }];
  }
};

const undoneSilence = (state: GroupState): RecordDraft[] => (state.kind === 'silenced' ? undone(state) : []);

/**
 * Moves a group: the table of escalation.md 1.4 in Tocsin's column. Reads nothing, changes nothing.
 * Who may do what on which surface is asked before (`guards.ts`).
 * @param circumstances `isWiped`: such a group stays resolved for good. `followsRoot`: the group goes where its root goes
 */
export function transition(
  state: GroupState,
  action: GroupAction,
  actor: Actor,
  now: Date,
  circumstances: { isWiped?: boolean; followsRoot?: boolean } = {},
): Transition {
  const mark = (): Mark => ({ at: now, by: byCode(actor), userId: actorUserId(actor) });
  const to = (next: GroupState, records: RecordDraft[], run: RunFate): Transition => ({
    changed: true,
    state: next,
    records,
    run,
  });
  if (circumstances.isWiped === true) return action.do === 'wipe' ? to(state, [{ type: TIMELINE.wiped }], 'keep') : no('wiped');
  switch (action.do) {
    case 'acknowledge':
      if (state.kind === 'acknowledged') return no('already_acknowledged');
      if (state.kind === 'resolved' && actor.type === 'source') return no('already_resolved');
      return to({ kind: 'acknowledged', acknowledged: mark() }, [...undone(state), { type: TIMELINE.acknowledged }], 'stop');
    case 'unacknowledge':
      if (state.kind !== 'acknowledged') return no('not_acknowledged');
      return to(FIRING, [{ type: TIMELINE.unacknowledged }], 'restart');
    case 'auto_unacknowledge': {
      if (state.kind !== 'acknowledged') return no('not_acknowledged');
      const data = { acknowledged_by_user_id: state.acknowledged.userId };
      return to(FIRING, [{ type: TIMELINE.unacknowledgedByTimeout, data }], 'restart');
    }
    case 'resolve': {
      if (state.kind === 'resolved') return no('already_resolved');
      if (actor.type === 'step' && state.kind !== 'firing' && circumstances.followsRoot !== true) return no('not_firing');
      const acknowledged = state.kind === 'acknowledged' ? state.acknowledged : null;
      return to(
        { kind: 'resolved', resolved: mark(), acknowledged },
        [...undoneSilence(state), { type: TIMELINE.resolved }],
        'stop',
      );
    }
    case 'unresolve':
      if (state.kind !== 'resolved') return no('not_resolved');
      return to(FIRING, [{ type: TIMELINE.unresolved }], 'restart');
    case 'silence': {
      const until = action.seconds === null ? null : new Date(now.getTime() + action.seconds * 1_000);
      const silenced: Silence = { at: now, until, userId: actorUserId(actor) };
      const record = { type: TIMELINE.silenced, data: { seconds: action.seconds } };
      return to({ kind: 'silenced', silenced }, [...undone(state), record], 'stop');
    }
    case 'unsilence':
      if (state.kind !== 'silenced') return no('not_silenced');
      return to(FIRING, [{ type: TIMELINE.unsilenced }], 'restart');
    case 'expire_silence':
      if (state.kind !== 'silenced') return no('not_silenced');
      if (state.silenced.until === null || state.silenced.until > now) return no('not_due');
      return to(FIRING, [{ type: TIMELINE.unsilenced }], 'restart');
    case 'restart':
      if (state.kind === 'firing') return no('already_firing');
      return to(FIRING, undone(state), 'restart');
    case 'apply_current_chain':
      if (state.kind !== 'firing') return no('not_firing');
      return to(FIRING, [{ type: TIMELINE.chainApplied }], 'anew');
    case 'wipe': {
      if (state.kind === 'resolved') return to(state, [{ type: TIMELINE.wiped }], 'keep');
      const acknowledged = state.kind === 'acknowledged' ? state.acknowledged : null;
      const resolved: Mark = { at: now, by: BY.wiped, userId: actorUserId(actor) };
      return to({ kind: 'resolved', resolved, acknowledged }, [...undoneSilence(state), { type: TIMELINE.wiped }], 'stop');
    }
  }
}
