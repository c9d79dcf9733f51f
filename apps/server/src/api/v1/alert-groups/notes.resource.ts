import { Type } from 'typebox';
import { visibleTo } from '../../../access/index.ts';
import {
  type ActionDeps,
  createNote,
  deleteNote,
  findNote,
  listNotes,
  MAX_NOTE_LENGTH,
  type ResolutionNote,
  updateNote,
} from '../../../alerting/index.ts';
import { refusal } from '../conventions/api-error.ts';
import { missingReference, reference, text } from '../conventions/fields.ts';
import { single } from '../conventions/pagination.ts';
import type { Resource } from '../conventions/resource.ts';
import { apiTime } from '../conventions/times.ts';
import { checkVisible } from '../conventions/visibility.ts';

const fields = { alert_group_id: reference({ nullable: false }), text: text({ max: MAX_NOTE_LENGTH }) };

const NoteSchema = Type.Object({
  id: Type.String(),
  alert_group_id: Type.String(),
  author: Type.Union([Type.String(), Type.Null()]),
  source: Type.String(),
  origin: Type.String(),
  created_at: Type.String(),
  text: Type.String(),
});

/** Resolution notes (http-api-alerting.md 2.7). */
export const notesResource = ({
  clock,
  hooks,
}: Pick<ActionDeps, 'clock' | 'hooks'>): Resource<ResolutionNote, typeof fields, 'alert_group_id' | 'text'> => ({
  path: 'resolution_notes',
  name: 'resolution note',
  read: 'alert-groups:read',
  write: 'alert-groups:write',
  pageSize: 50,
  item: NoteSchema,
  filters: { alert_group_id: Type.Optional(Type.String()) },
  fields,
  required: { create: ['alert_group_id', 'text'], put: ['text'] },
  createOnly: ['alert_group_id'],
  list(db, caller, query, window) {
    const alertGroupId = single(query.alert_group_id) || undefined;
    return listNotes(db, caller.org, { ...(alertGroupId === undefined ? {} : { alertGroupId }), ...visibleTo(caller) }, window);
  },
  get: (db, caller, id) => findNote(db, caller.org, id),
  present: (_db, _caller, rows) =>
    rows.map((note) => ({
      id: note.id,
      alert_group_id: note.alertGroupId,
      author: note.authorId,
      source: note.source,
      origin: note.origin,
      created_at: apiTime(note.createdAt),
      text: note.text,
    })),
  async create(tx, caller, body) {
    await checkVisible(tx, caller, 'alert_groups', body.alert_group_id ?? '');
    const deps = { db: tx, clock, hooks };
    const made = await createNote(deps, caller.org, body.alert_group_id ?? '', {
      text: body.text,
      authorId: caller.userId,
      source: 'Web',
      origin: 'api',
    });
    if (!made.ok) throw missingReference('alert_group_id'); // blank and too long were refused with the body
    return made.note;
  },
  async update(tx, caller, note, body) {
    if (body.text === undefined) return note;
    const changed = await updateNote({ db: tx }, caller.org, note.id, body.text);
    if (!changed.ok) throw refusal('Cannot update message with this source type', 'wrong_source');
    return changed.note;
  },
  async remove(tx, caller, note) {
    await deleteNote({ db: tx, clock }, caller.org, note.id);
  },
});
