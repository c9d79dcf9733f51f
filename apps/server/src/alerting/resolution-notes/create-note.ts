import { type ActionDeps, inActionTransaction } from '../act.ts';
import type { AlertGroupId, OrgId } from '../alert-group.ts';
import { lockGroup } from '../store.ts';
import { addNote, type NewNote } from './add-note.ts';
import type { ResolutionNote } from './note-store.ts';

/** Longest text of a note (escalation.md 4.5). */
export const MAX_NOTE_LENGTH = 3_000;

export type CreateNoteResult =
  | { ok: true; note: ResolutionNote }
  | { ok: false; reason: 'group_not_found' | 'blank' | 'too_long' };

/** Adds a note to a group in any state. The text is trimmed. */
export const createNote = (deps: ActionDeps, org: OrgId, alertGroupId: AlertGroupId, note: NewNote): Promise<CreateNoteResult> =>
  inActionTransaction(deps.db, async (tx) => {
    const text = note.text.trim();
    if (text === '') return { ok: false, reason: 'blank' };
    if (text.length > MAX_NOTE_LENGTH) return { ok: false, reason: 'too_long' };
    const group = await lockGroup(tx, org, alertGroupId);
    if (group === null) return { ok: false, reason: 'group_not_found' };
    return { ok: true, note: await addNote(tx, deps, group, { ...note, text }) };
  });
