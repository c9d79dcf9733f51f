import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Fingerprint, Pencil, Plus, Trash2 } from 'lucide-react';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText, sessionQuery } from '../../api/index.ts';
import { addPasskey, PasskeyRefused, passkeyProblem } from '../../api/passkeys.ts';
import type { Passkey } from '../../api/schema.js';
import { Badge, Button, Card, ConfirmDialog, CopyField, Dialog, IconButton, showToast, TextField, Time } from '../../ui/index.ts';
import { secondFactorsQuery } from './queries.ts';

type Opened = { kind: 'add' } | { kind: 'rename' | 'remove'; passkey: Passkey };

/** The session has another cookie and token after a change of factors. */
function useRenewal(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
    await client.invalidateQueries({ queryKey: secondFactorsQuery.queryKey });
  };
}

/** Devices that sign in by themselves, without the password. */
export function Passkeys() {
  const { data: factors } = useQuery(secondFactorsQuery);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [codes, setCodes] = useState<string[]>([]);
  const close = () => setOpened(null);
  const passkeys = factors?.passkeys ?? [];
  return (
    <Card
      title="Passkeys"
      actions={
        <Button
          size="small"
          icon={<Plus className="size-4" aria-hidden />}
          disabledReason={passkeyProblem()}
          onClick={() => setOpened({ kind: 'add' })}
        >
          Add a passkey
        </Button>
      }
    >
      {codes.length > 0 && (
        <div className="mb-4 space-y-2">
          <p>Keep these recovery codes where you find them without your device. Each works once; they are shown this once.</p>
          <CopyField text={codes.join('\n')} label="recovery codes" multiline />
        </div>
      )}
      {passkeys.length === 0 ? (
        <p className="text-muted">
          A passkey signs you in with the fingerprint, face or PIN of a device: nothing to type, and nothing to be stolen from
          you.
        </p>
      ) : (
        <ul className="space-y-2" aria-label="Passkeys">
          {passkeys.map((passkey) => (
            <li key={passkey.id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <Fingerprint className="size-4 text-accent" aria-hidden />
              <span className="min-w-0 flex-1 font-medium [overflow-wrap:anywhere]">{passkey.name}</span>
              {passkey.is_synced && <Badge tone="quiet">synced</Badge>}
              <span className="text-[0.93rem] text-muted">
                {passkey.last_used_at === null ? 'not used yet' : 'used '}
                {passkey.last_used_at !== null && <Time value={passkey.last_used_at} />}
              </span>
              <span className="flex">
                <IconButton
                  size="small"
                  label={`Rename ${passkey.name}`}
                  icon={<Pencil className="size-4" aria-hidden />}
                  onClick={() => setOpened({ kind: 'rename', passkey })}
                />
                <IconButton
                  size="small"
                  label={`Remove ${passkey.name}`}
                  icon={<Trash2 className="size-4" aria-hidden />}
                  onClick={() => setOpened({ kind: 'remove', passkey })}
                />
              </span>
            </li>
          ))}
        </ul>
      )}
      {opened?.kind === 'add' && <AddDialog onClose={close} onAdded={setCodes} />}
      {opened?.kind === 'rename' && <RenameDialog passkey={opened.passkey} onClose={close} />}
      {opened?.kind === 'remove' && <RemoveDialog passkey={opened.passkey} isLast={passkeys.length === 1} onClose={close} />}
    </Card>
  );
}

const textOf = (error: Error | null): string | null =>
  error === null ? null : error instanceof PasskeyRefused ? error.message : errorText(error);

function AddDialog({ onClose, onAdded }: { onClose: () => void; onAdded: (codes: string[]) => void }) {
  const renew = useRenewal();
  const [name, setName] = useState('');
  const add = useMutation({
    mutationFn: () => addPasskey(name.trim()),
    onSuccess: async (codes) => {
      await renew();
      onAdded(codes);
      showToast({ kind: 'done', text: `Added ${name.trim()}` });
      onClose();
    },
  });
  return (
    <NameDialog
      title="Add a passkey"
      description="Your browser then asks you to unlock the device."
      label="Add"
      name={name}
      onName={setName}
      placeholder="My laptop"
      pending={add.isPending}
      error={add.error}
      onSubmit={() => add.mutate()}
      onClose={onClose}
    />
  );
}

function RenameDialog({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(passkey.name);
  const rename = useMutation({
    mutationFn: () => api.patch('/auth/passkeys/{id}', { path: { id: passkey.id }, body: { name: name.trim() } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: secondFactorsQuery.queryKey });
      onClose();
    },
  });
  return (
    <NameDialog
      title={`Rename ${passkey.name}`}
      label="Rename"
      name={name}
      onName={setName}
      pending={rename.isPending}
      error={rename.error}
      onSubmit={() => rename.mutate()}
      onClose={onClose}
    />
  );
}

type NameProps = {
  title: string;
  description?: string;
  label: string;
  name: string;
  onName: (name: string) => void;
  placeholder?: string;
  pending: boolean;
  error: Error | null;
  onSubmit: () => void;
  onClose: () => void;
};

function NameDialog({ title, description, label, name, onName, placeholder, pending, error, onSubmit, onClose }: NameProps) {
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!pending && name.trim() !== '') onSubmit();
  };
  const fields = error instanceof ApiError ? error.fields : {};
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      {...(description === undefined ? {} : { description })}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            type="submit"
            form="passkey"
            pending={pending}
            disabledReason={name.trim() === '' ? 'Give it a name first' : null}
          >
            {label}
          </Button>
        </>
      }
    >
      <form id="passkey" onSubmit={submit} className="space-y-3" noValidate>
        <TextField
          label="Name of the device"
          autoFocus
          maxLength={100}
          value={name}
          onChange={onName}
          error={fields.name}
          {...(placeholder === undefined ? {} : { placeholder })}
        />
        {error !== null && fields.name === undefined && (
          <p role="alert" className="text-danger">
            {textOf(error)}
          </p>
        )}
      </form>
    </Dialog>
  );
}

function RemoveDialog({ passkey, isLast, onClose }: { passkey: Passkey; isLast: boolean; onClose: () => void }) {
  const renew = useRenewal();
  const remove = useMutation({
    mutationFn: () => api.delete('/auth/passkeys/{id}', { path: { id: passkey.id } }),
    onSuccess: async () => {
      await renew();
      showToast({ kind: 'done', text: `Removed ${passkey.name}` });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Remove ${passkey.name}?`}
      confirmLabel="Remove passkey"
      onConfirm={() => remove.mutate()}
      pending={remove.isPending}
      error={textOf(remove.error)}
    >
      <p>That device no longer signs you in. {isLast && 'You then sign in with your password, or your provider.'}</p>
    </ConfirmDialog>
  );
}
