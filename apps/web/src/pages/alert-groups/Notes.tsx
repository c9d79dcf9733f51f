import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Pencil, Trash2 } from 'lucide-react';
import { type Ref, useState } from 'react';
import { api } from '../../api/client.ts';
import { nameOfUser, usersQuery } from '../../api/directory.ts';
import { errorText } from '../../api/errors.ts';
import { useCan, useForbidden, useSession } from '../../api/session.ts';
import type { ResolutionNote } from '../../api/types.ts';
import { notesQuery } from '../../features/alert-groups/queries.ts';
import { useGuardedForm } from '../../features/conflict/use-guarded-form.tsx';
import { Button, Card, ConfirmDialog, IconButton, TextArea, Time } from '../../ui/index.ts';

const LONGEST = 3_000;

/** Changes the text of a note. */
function NoteEditor({ note, onChanged, onClose }: { note: ResolutionNote; onChanged: () => void; onClose: () => void }) {
  const [text, setText] = useState(note.text);
  const { submit, isPending, fields, problems } = useGuardedForm({
    path: '/resolution_notes/{id}',
    object: note,
    mine: { text: text.trim() },
    send: (headers) => api.put('/resolution_notes/{id}', { path: { id: note.id }, body: { text: text.trim() }, headers }),
    stale: ['alert-groups', 'of', note.alert_group_id],
    onSaved: () => {
      onClose();
      onChanged();
    },
    onClose,
    names: { text: 'Note' },
  });
  return (
    <form className="mt-1 space-y-2" onSubmit={(event) => (text.trim() === '' ? event.preventDefault() : submit(event))}>
      <TextArea label="Note" hideLabel autoFocus maxLength={LONGEST} value={text} onChange={setText} error={fields.text} />
      {problems}
      <div className="flex gap-2">
        <Button size="small" kind="primary" type="submit" pending={isPending}>
          Save
        </Button>
        <Button size="small" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

function Note({ note, author, own, onChanged }: { note: ResolutionNote; author: string; own: boolean; onChanged: () => void }) {
  const [editing, setEditing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.delete('/resolution_notes/{id}', { path: { id: note.id } }),
    onSuccess: () => {
      setDeleting(false);
      onChanged();
    },
  });
  return (
    <li className="border-b border-line pb-3 last:border-b-0 last:pb-0">
      <div className="flex items-center gap-2 text-[0.93rem] text-muted">
        <span className="font-medium text-text">{author}</span>
        <Time value={note.created_at} />
        {own && !editing && (
          <span className="ml-auto flex">
            <IconButton
              label="Edit note"
              size="small"
              icon={<Pencil className="size-3.5" aria-hidden />}
              onClick={() => setEditing(true)}
            />
            <IconButton
              label="Delete note"
              size="small"
              icon={<Trash2 className="size-3.5" aria-hidden />}
              onClick={() => setDeleting(true)}
            />
          </span>
        )}
      </div>
      {editing ? (
        <NoteEditor note={note} onChanged={onChanged} onClose={() => setEditing(false)} />
      ) : (
        <p dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
          {note.text}
        </p>
      )}
      <ConfirmDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        title="Delete this note?"
        confirmLabel="Delete"
        onConfirm={() => remove.mutate()}
        pending={remove.isPending}
        error={remove.error === null ? null : errorText(remove.error)}
      />
    </li>
  );
}

/** Resolution notes: what was found out, for the post-mortem and the next time. */
export function Notes({ groupId, inputRef }: { groupId: string; inputRef: Ref<HTMLTextAreaElement> }) {
  const { data } = useQuery(notesQuery(groupId));
  const users = useQuery({ ...usersQuery, enabled: useCan('user-settings:read') }).data ?? [];
  const me = useSession().user;
  const forbidden = useForbidden('alert-groups:write');
  const client = useQueryClient();
  const [text, setText] = useState('');
  const changed = () => void client.invalidateQueries({ queryKey: ['alert-groups', 'of', groupId] });
  const add = useMutation({
    mutationFn: (note: string) => api.post('/resolution_notes', { body: { alert_group_id: groupId, text: note } }),
    onSuccess: () => {
      setText('');
      changed();
    },
  });
  const nameOf = (id: string | null): string => {
    const user = users.find((one) => one.id === id);
    return user === undefined ? (id === me.id ? me.name || me.username : 'Somebody') : nameOfUser(user);
  };
  return (
    <Card title="Resolution notes">
      <ul className="space-y-3">
        {(data?.results ?? []).map((note) => (
          <Note
            key={note.id}
            note={note}
            author={nameOf(note.author)}
            own={note.author === me.id && forbidden === null}
            onChanged={changed}
          />
        ))}
      </ul>
      {forbidden === null && (
        <form
          className="mt-3 space-y-2 first:mt-0"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== '') add.mutate(text.trim());
          }}
        >
          <TextArea
            label="Add a note"
            ref={inputRef}
            rows={2}
            maxLength={LONGEST}
            placeholder="What was it, and what helped?"
            value={text}
            onChange={setText}
            error={add.error === null ? null : errorText(add.error)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && text.trim() !== '') add.mutate(text.trim());
            }}
          />
          <Button type="submit" size="small" pending={add.isPending}>
            Add note
          </Button>
        </form>
      )}
    </Card>
  );
}
