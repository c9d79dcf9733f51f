import { type ActionDeps, inActionTransaction } from '../act.ts';
import type { OrgId } from '../alert-group.ts';
import { MAX_NOTE_LENGTH } from './create-note.ts';
import { findNote, type ResolutionNote, saveNoteText } from './note-store.ts';

export type UpdateNoteResult =
  | { ok: true; note: ResolutionNote }
  | { ok: false; reason: 'not_found' | 'not_editable' | 'blank' | 'too_long' };

/** Changes the text of a note. Notes that came from elsewhere than the web or the API stay as they are (`not_editable`). */
export const updateNote = (deps: Pick<ActionDeps, 'db'>, org: OrgId, id: string, text: string): Promise<UpdateNoteResult> =>
  inActionTransaction(deps.db, async (tx) => {
    const note = await findNote(tx, org, id);
    if (note === null) return { ok: false, reason: 'not_found' };
    if (note.source !== 'Web') return { ok: false, reason: 'not_editable' };
    const trimmed = text.trim();
    if (trimmed === '') return { ok: false, reason: 'blank' };
    if (trimmed.length > MAX_NOTE_LENGTH) return { ok: false, reason: 'too_long' };
    const changed = { ...note, text: trimmed };
    if (trimmed !== note.text) await saveNoteText(tx, changed);
    return { ok: true, note: changed };
  });
