import { useState, useSyncExternalStore } from 'react';
import { Button, Dialog, TextArea } from '../../ui/index.ts';
import { type NoteRequest, readNoteRequest, subscribeNoteRequest } from './note-request.ts';

const LONGEST = 3_000;

function Form({ request }: { request: NoteRequest }) {
  const [note, setNote] = useState('');
  const [error, setError] = useState<string | null>(null);
  const submit = () => {
    if (note.trim() === '') setError('Say in a sentence what it was.');
    else request.answer(note.trim());
  };
  return (
    <Dialog
      open
      onClose={() => request.answer(null)}
      title="Resolution note"
      description={
        request.count === 1
          ? 'Your organization asks for a note with every resolve.'
          : `Your organization asks for a note with every resolve. It is added to all ${request.count} alert groups.`
      }
      footer={
        <>
          <Button onClick={() => request.answer(null)}>Cancel</Button>
          <Button kind="primary" onClick={submit}>
            Resolve
          </Button>
        </>
      }
    >
      <TextArea label="What was it?" rows={4} maxLength={LONGEST} autoFocus value={note} onChange={setNote} error={error} />
    </Dialog>
  );
}

/** Asks for the note that a resolve needs, wherever the resolve came from. */
export function NoteDialog() {
  const request = useSyncExternalStore(subscribeNoteRequest, readNoteRequest);
  return request === null ? null : <Form request={request} />;
}
