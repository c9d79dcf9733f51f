import type { Tx } from '../../platform/db/database.ts';
import { newId } from '../../platform/ids.ts';
import type { ActionDeps } from '../act.ts';
import type { AlertGroup, UserId } from '../alert-group.ts';
import { insertNote, type NoteSource, type ResolutionNote } from './note-store.ts';

export type NewNote = { text: string; authorId: UserId | null; source: NoteSource; origin: string };

/** Adds a note to a group whose row the caller has read in this transaction. */
export async function addNote(
  tx: Tx,
  deps: Pick<ActionDeps, 'clock' | 'hooks'>,
  group: AlertGroup,
  note: NewNote,
): Promise<ResolutionNote> {
  const now = deps.clock.now();
  const added: ResolutionNote = {
    ...note,
    organizationId: group.organizationId,
    alertGroupId: group.id,
    id: newId('M'),
    createdAt: now,
  };
  await insertNote(tx, added);
  await deps.hooks.onResolutionNoteAdded?.(
    tx,
    { organizationId: group.organizationId, alertGroupId: group.id, noteId: added.id },
    now,
  );
  return added;
}
