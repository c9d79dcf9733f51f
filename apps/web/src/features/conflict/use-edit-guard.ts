import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useRef, useState } from 'react';
import { api, type Tagged } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';

export type Values = Readonly<Record<string, unknown>>;

/** Guards a form against overwriting what somebody else has saved since it was opened. */
export interface EditGuard {
  /**
   * Saves with the headers that make the server refuse (412) when the object is another one by now. Where only other parts of it have
   * changed, such as a count, what is sent is saved all the same.
   */
  save<Answer>(mine: Values, send: (headers: Readonly<Record<string, string>>) => Promise<Answer>): Promise<Answer>;
  /** What the form began with. */
  readonly base: Values | null;
  /** Reads the object as it is now. */
  readNow(): Promise<Values>;
  /** From now on, what `readNow` gave is what is overwritten. */
  accept(): void;
}

/**
 * @param id of the object that is edited; null: a new one, which nobody else can have changed
 * @param shown what the form was filled with, which may be older than what is stored
 */
export function useEditGuard(path: string, id: string | null, shown: Values | null): EditGuard {
  const client = useQueryClient();
  const mount = useId();
  const read = (): Promise<Tagged<Values>> => api.getTagged<Values>(path, { path: { id: id ?? '' } });
  const opened = {
    // A form that is opened again reads again, however soon.
    queryKey: ['edit-guard', path, id, mount],
    queryFn: read,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  } as const;
  useQuery({ ...opened, enabled: id !== null });
  // A form shows what it began with, however often the object is read anew behind it.
  const [base] = useState(shown);
  const accepted = useRef<string | null>(null);
  const newest = useRef<string | null>(null);
  const isOurs = (mine: Values, now: Values): boolean =>
    base === null || Object.keys(mine).every((field) => isSame(now[field], base[field]));
  const guard: EditGuard = {
    base,
    async save(mine, send) {
      if (id === null) return send({});
      if (accepted.current === null) {
        // Whoever is quicker than this reading waits for it: without its tag nothing would be guarded.
        const { tag, body } = await client.ensureQueryData(opened);
        if (!isOurs(mine, body)) throw changedMeanwhile();
        accepted.current = tag;
      }
      try {
        return await send(tagged(accepted.current));
      } catch (error) {
        if (!isConflict(error) || !isOurs(mine, await guard.readNow())) throw error;
        guard.accept();
        return send(tagged(accepted.current));
      }
    },
    async readNow() {
      const now = await read();
      newest.current = now.tag;
      return now.body;
    },
    accept() {
      accepted.current = newest.current;
    },
  };
  return guard;
}

const tagged = (tag: string | null): Readonly<Record<string, string>> => (tag === null ? {} : { 'if-match': tag });

const changedMeanwhile = (): ApiError =>
  new ApiError('The object has changed since it was read.', { status: 412, body: null, requestId: null });

/** Whether two values of the API read the same; nothing, null and an empty text do. */
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a || null) === JSON.stringify(b || null);

/** Whether a save was refused because somebody else has saved in between. */
export const isConflict = (error: unknown): boolean => error instanceof ApiError && error.status === 412;
