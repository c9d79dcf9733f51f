import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { ApiError, errorText } from '../../api/errors.ts';
import { useSession } from '../../api/session.ts';
import type { AlertGroup } from '../../api/types.ts';
import { showToast } from '../../ui/index.ts';
import { beginChange, inOrder } from './freshness.ts';
import { askForNote } from './note-request.ts';
import { groupQuery } from './queries.ts';
import { patchOptimistically, readGroup } from './refresh.ts';
import { type Act, afterAction, allowedActions, DONE, type GroupAction, undoOf } from './transitions.ts';

/** What became of one group of a bulk action. */
export type BulkRow = { id: string; result: 'done' | 'unchanged' | 'refused'; reason: string | null; detail: string | null };
export type BulkAnswer = { results: BulkRow[]; more: boolean };

const title = (group: AlertGroup): string => `#${group.alert_group_number}`;

const send = (id: string, { action, delay }: Act, note?: string): Promise<unknown> => {
  const body = action === 'silence' ? { delay: delay ?? -1 } : note === undefined ? undefined : { resolution_note: note };
  return api.post(`/alert_groups/{id}/${action}`, { path: { id }, ...(body === undefined ? {} : { body }) });
};

/** After a change: the row as the server has it, and what depends on it. */
async function settle(client: QueryClient, ids: readonly string[]): Promise<void> {
  void client.invalidateQueries({ queryKey: ['alert-groups', 'counts'] });
  await Promise.all(
    ids.slice(0, 5).map(async (id) => {
      await readGroup(client, id);
      await client.invalidateQueries({ queryKey: ['alert-groups', 'of', id] });
    }),
  );
  if (ids.length > 5) await client.invalidateQueries({ queryKey: ['alert-groups', 'list'] });
}

/** Acts on alert groups: the screen changes at once, goes back with an explanation when the server refuses, and offers to undo. */
export function useGroupActions() {
  const client = useQueryClient();
  const session = useSession();
  const noteRequired = session.organization.is_resolution_note_required;

  const undo = async (before: readonly AlertGroup[], action: GroupAction) => {
    try {
      for (const group of before) {
        for (const step of undoOf(group, action, new Date())) await send(group.id, step);
      }
      showToast({ text: before.length === 1 ? 'Undone' : `Undone for ${before.length} alert groups`, kind: 'info' });
    } catch (error) {
      showToast({ kind: 'failed', text: 'Could not be undone', detail: errorText(error) });
    } finally {
      await settle(
        client,
        before.map(({ id }) => id),
      );
    }
  };

  const one = async (group: AlertGroup, act: Act): Promise<void> => {
    if (!allowedActions(group).includes(act.action)) return;
    const note = act.action === 'resolve' && noteRequired ? await askForNote(1) : undefined;
    if (note === null) return;
    const changed = beginChange(group.id);
    await client.cancelQueries({ queryKey: groupQuery(group.id).queryKey });
    const rollBack = patchOptimistically(client, [group], (old) => afterAction(old, act, session.user.id, new Date()));
    try {
      await inOrder(group.id, () => send(group.id, act, note));
      changed();
    } catch (error) {
      rollBack(new Set([group.id]));
      changed();
      if (error instanceof ApiError && error.code === 'resolution_note_required') {
        const asked = await askForNote(1);
        if (asked !== null) await send(group.id, act, asked).then(() => settle(client, [group.id]));
        return;
      }
      const retry = error instanceof ApiError && (error.status === 0 || error.status >= 500);
      showToast({
        kind: 'failed',
        text: `${title(group)} was not ${DONE[act.action]}`,
        detail: errorText(error),
        ...(retry ? { action: { label: 'Retry', run: () => void one(group, act) } } : {}),
      });
      if (!retry) await settle(client, [group.id]);
      return;
    }
    showToast({
      text: `${title(group)} ${DONE[act.action]}`,
      action: { label: 'Undo', run: () => void undo([group], act.action) },
    });
    await settle(client, [group.id]);
  };

  const many = async (groups: readonly AlertGroup[], act: Act): Promise<BulkAnswer | null> => {
    const note = act.action === 'resolve' && noteRequired ? await askForNote(groups.length) : undefined;
    if (note === null) return null;
    const ends = groups.map(({ id }) => beginChange(id));
    const possible = groups.filter((group) => act.action === 'restart' || allowedActions(group).includes(act.action));
    const rollBack = patchOptimistically(client, possible, (old) => afterAction(old, act, session.user.id, new Date()));
    const endChanges = (undone: readonly AlertGroup[]) => {
      rollBack(new Set(undone.map(({ id }) => id)));
      for (const end of ends) end();
    };
    const body = {
      action: act.action,
      ids: groups.map(({ id }) => id),
      ...(act.action === 'silence' ? { delay: act.delay ?? -1 } : {}),
      ...(note === undefined ? {} : { resolution_note: note }),
    };
    try {
      const answer = await api.post<BulkAnswer>('/alert_groups/bulk', { body });
      const done = new Set(answer.results.filter(({ result }) => result === 'done').map(({ id }) => id));
      const refused = answer.results.filter(({ result }) => result === 'refused');
      const changed = groups.filter(({ id }) => done.has(id));
      endChanges(groups.filter(({ id }) => !done.has(id)));
      const reasons = [...new Set(refused.map(({ detail, reason }) => detail ?? reason ?? 'refused'))].join(' ');
      showToast({
        kind: refused.length > 0 ? 'failed' : 'done',
        text: `${changed.length} of ${groups.length} ${DONE[act.action]}`,
        ...(refused.length > 0 ? { detail: `${refused.length} refused: ${reasons}` } : {}),
        ...(changed.length > 0 && act.action !== 'restart'
          ? { action: { label: 'Undo', run: () => void undo(changed, act.action) } }
          : {}),
      });
      return answer;
    } catch (error) {
      endChanges(groups);
      showToast({
        kind: 'failed',
        text: 'Nothing was changed',
        detail: errorText(error),
        action: { label: 'Retry', run: () => void many(groups, act) },
      });
      return null;
    } finally {
      await settle(
        client,
        groups.map(({ id }) => id),
      );
    }
  };
  return { one, many };
}
