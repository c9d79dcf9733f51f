import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { ApiError, errorText } from '../../api/errors.ts';
import { moved, showToast } from '../../ui/index.ts';
import { isConflict } from './use-edit-guard.ts';

type Options<Item> = {
  /** Where the order is put, such as `/escalation_chains/{id}/steps_order`. */
  path: string;
  /** Whose order it is. */
  id: string;
  items: readonly Item[];
  /** Items that keep their place at the end and are no part of the order; left out: none. */
  isFixed?: (item: Item) => boolean;
  /** The query that `items` come from. */
  queryKey: QueryKey;
  /** What is read anew afterwards. */
  stale: QueryKey;
  /** What is told when it was not saved. */
  failed: string;
};

/** The ids in the order wanted, and in the one it was made from. */
type Change<Item> = { order: string[]; was: string[]; shown?: Item[] };
type Conflict = { of: string; mine: string[]; theirs: string[] };

/**
 * Puts items in another order: shown at once, saved one change after the other, and put back when that fails. Where somebody else has
 * changed the order meanwhile, `conflict` has what `OrderConflict` asks about.
 */
export function useOrder<Item extends { readonly id: string }>({
  path,
  id,
  items,
  isFixed = () => false,
  queryKey,
  stale,
  failed,
}: Options<Item>) {
  const client = useQueryClient();
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const mutationKey = ['order', path, id];
  const idsOf = (some: readonly Item[]): string[] => some.filter((item) => !isFixed(item)).map((item) => item.id);
  const save = useMutation({
    mutationKey,
    scope: { id: mutationKey.join(' ') },
    mutationFn: ({ order, was }: Change<Item>) => api.put(path, { path: { id }, body: { order, was } }),
    onMutate: ({ shown }) => {
      setConflict(null);
      void client.cancelQueries({ queryKey });
      const before = client.getQueryData<Item[]>(queryKey);
      if (shown !== undefined) client.setQueryData(queryKey, shown);
      return { before };
    },
    onError: (error, { order }, context) => {
      client.setQueryData(queryKey, context?.before);
      const theirs = error instanceof ApiError && isConflict(error) ? (error.body as { order?: string[] }).order : undefined;
      if (theirs !== undefined) setConflict({ of: id, mine: order, theirs });
      else showToast({ kind: 'failed', text: failed, detail: errorText(error) });
    },
    // Not while another change waits for this one: what would be read now is not yet what is shown.
    onSettled: () => (client.isMutating({ mutationKey }) > 1 ? undefined : client.invalidateQueries({ queryKey: stale })),
  });
  const asked = conflict?.of === id ? conflict : null;
  return {
    move: (item: Item, to: number) => {
      const from = items.findIndex((one) => one.id === item.id);
      const shown = moved(items, from, to);
      save.mutate({ shown, order: idsOf(shown), was: idsOf(items) });
    },
    conflict:
      asked === null
        ? null
        : {
            mine: asked.mine,
            theirs: asked.theirs,
            onKeep: () => setConflict(null),
            onOverwrite: () => {
              // What was added or deleted meanwhile stays as it is, behind what was put in order here.
              const order = asked.mine.filter((one) => asked.theirs.includes(one));
              save.mutate({ order: [...order, ...asked.theirs.filter((one) => !order.includes(one))], was: asked.theirs });
            },
          },
  };
}
