import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { api, type Tagged } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';

type Values = Readonly<Record<string, unknown>>;

/** Guards a form against overwriting what somebody else has saved since it was opened. */
export interface EditGuard {
  /**
   * Saves with the headers that make the server refuse (412) when the object is another one by now. Where only other parts of it have
   * changed, such as a count, what is sent is saved all the same.
   */
  save<Answer>(mine: Values, send: (headers: Readonly<Record<string, string>>) => Promise<Answer>): Promise<Answer>;
  /** The object as it was when the form was opened. */
  readonly base: Values | null;
  /** Reads the object as it is now. */
  readNow(): Promise<Values>;
  /** From now on, what `readNow` gave is what is overwritten. */
  accept(): void;
}

/** @param id of the object that is edited; null: a new one, which nobody else can have changed */
export function useEditGuard(path: string, id: string | null): EditGuard {
  const read = (): Promise<Tagged<Values>> => api.getTagged<Values>(path, { path: { id: id ?? '' } });
  const { data } = useQuery({
    queryKey: ['edit-guard', path, id],
    queryFn: read,
    enabled: id !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const accepted = useRef<string | null>(null);
  const newest = useRef<string | null>(null);
  const headers = (): Readonly<Record<string, string>> => {
    const tag = accepted.current ?? data?.tag ?? null;
    return tag === null ? {} : { 'if-match': tag };
  };
  const guard: EditGuard = {
    base: data?.body ?? null,
    async save(mine, send) {
      try {
        return await send(headers());
      } catch (error) {
        if (!isConflict(error) || guard.base === null) throw error;
        const now = await guard.readNow();
        if (Object.keys(mine).some((field) => !isSame(now[field], guard.base?.[field]))) throw error;
        guard.accept();
        return send(headers());
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

/** Whether two values of the API read the same; nothing, null and an empty text do. */
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a || null) === JSON.stringify(b || null);

/** Whether a save was refused because somebody else has saved in between. */
export const isConflict = (error: unknown): boolean => error instanceof ApiError && error.status === 412;
