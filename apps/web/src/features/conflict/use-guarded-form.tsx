import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode, SyntheticEvent } from 'react';
import { ApiError, errorText } from '../../api/errors.ts';
import { ConflictView } from './ConflictView.tsx';
import { isConflict, useEditGuard, type Values } from './use-edit-guard.ts';

type Options<Saved> = {
  /** Where the object is read, such as `/schedules/{id}`. */
  path: string;
  /** The object as the form was filled with it; null: a new one. */
  object: (Values & { readonly id: string }) | null;
  /** What would be saved, by the API's names. */
  mine: Values;
  send: (headers: Readonly<Record<string, string>>) => Promise<Saved>;
  /** What is read anew afterwards, also where theirs is kept. */
  stale: QueryKey;
  /** Whether the form is open until that has been read; left out: yes. */
  waitsForStale?: boolean;
  onSaved: (saved: Saved) => unknown;
  onClose: () => void;
  /** How fields are called in the form. */
  names: Readonly<Record<string, string>>;
  show?: (field: string, value: unknown) => string;
  /** Names of fields that show their error beside them; left out: all that are in the answer. */
  shownBeside?: readonly string[];
};

/** A form that saves an object of the API: by Enter once, with errors by field, and never over what somebody else has saved unseen. */
export function useGuardedForm<Saved>({
  path,
  object,
  mine,
  send,
  stale,
  waitsForStale = true,
  onSaved,
  onClose,
  names,
  show,
  shownBeside,
}: Options<Saved>) {
  const client = useQueryClient();
  const guard = useEditGuard(path, object?.id ?? null, object);
  const save = useMutation({
    mutationFn: (): Promise<Saved> => guard.save(mine, send),
    onSuccess: async (saved) => {
      const read = client.invalidateQueries({ queryKey: stale });
      if (waitsForStale) await read;
      await onSaved(saved);
    },
  });
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  const isBeside = Object.keys(fields).some((name) => shownBeside?.includes(name) ?? true);
  /** What went wrong and stands beside no field. */
  const problems: ReactNode = (
    <>
      <ConflictView
        guard={guard}
        error={save.error}
        mine={mine}
        names={names}
        {...(show === undefined ? {} : { show })}
        onOverwrite={() => save.mutate()}
        onDiscard={() => {
          void client.invalidateQueries({ queryKey: stale });
          onClose();
        }}
      />
      {save.error !== null && !isConflict(save.error) && !isBeside && (
        <p role="alert" className="text-danger">
          {errorText(save.error)}
        </p>
      )}
    </>
  );
  return {
    submit: (event: SyntheticEvent) => {
      event.preventDefault();
      if (!save.isPending) save.mutate();
    },
    save: () => !save.isPending && save.mutate(),
    isPending: save.isPending,
    fields,
    problems,
  };
}
