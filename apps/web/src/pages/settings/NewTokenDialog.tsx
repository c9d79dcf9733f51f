import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, errorText } from '../../api/index.ts';
import { Button, Checkbox, CopyField, Dialog, RadioGroup, Select, TextField } from '../../ui/index.ts';
import type { NewToken, Token } from './access-queries.ts';

const DAY_MS = 86_400_000;
const EXPIRIES = [
  { value: '90', label: 'In 90 days' },
  { value: '30', label: 'In 30 days' },
  { value: '365', label: 'In a year' },
  { value: '', label: 'Never' },
];

export type NewTokenProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  create: (body: NewToken) => Promise<Token & { token: string }>;
  onCreated: () => void;
  /** People may keep to what they see in the web UI; accounts have teams of their own. */
  forPerson: boolean;
};

/** Makes or adopts a token, then shows it, which happens once. */
export function NewTokenDialog({ open, onClose, title, create, onCreated, forPerson }: NewTokenProps) {
  const [kind, setKind] = useState<'new' | 'adopt'>('new');
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const [readOnly, setReadOnly] = useState(false);
  const [keepsToTeams, setKeepsToTeams] = useState(false);
  const [adopted, setAdopted] = useState('');
  const save = useMutation({
    mutationFn: () =>
      create({
        name: name.trim(),
        expires_at: days === '' ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
        read_only: readOnly,
        ...(forPerson ? { respect_team_visibility: keepsToTeams } : {}),
        ...(kind === 'adopt' ? { token: adopted.trim() } : {}),
      }),
    onSuccess: onCreated,
  });
  const close = () => {
    setName('');
    setAdopted('');
    setKind('new');
    save.reset();
    onClose();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  const isNameError = save.error instanceof ApiError && /token name/i.test(save.error.message);
  const nameError = fields.name ?? (isNameError ? 'Give it a name of 1 to 50 characters.' : null);
  const other = save.error !== null && nameError === null && fields.token === undefined ? errorText(save.error) : null;
  if (save.data !== undefined) return <TokenShown token={save.data.token} adopted={kind === 'adopt'} onClose={close} />;
  return (
    <Dialog
      open={open}
      onClose={close}
      title={title}
      width="medium"
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button kind="primary" type="submit" form="new-token" pending={save.isPending}>
            {kind === 'adopt' ? 'Keep this token' : 'Create token'}
          </Button>
        </>
      }
    >
      <form id="new-token" onSubmit={submit} className="space-y-4" noValidate>
        <TextField
          label="Name"
          hint="What it is for: Terraform, the deploy script."
          autoFocus
          value={name}
          onChange={setName}
          error={nameError}
        />
        <RadioGroup
          label="Token"
          value={kind}
          onChange={(value) => setKind(value === 'adopt' ? 'adopt' : 'new')}
          choices={[
            { value: 'new', label: 'Make a new one' },
            {
              value: 'adopt',
              label: 'Keep an existing one',
              hint: 'From the system you come from, so that its users need no change.',
            },
          ]}
        />
        {kind === 'adopt' && (
          <TextField
            label="Existing token"
            type="password"
            autoComplete="off"
            value={adopted}
            onChange={setAdopted}
            error={fields.token}
            hint="Only a digest of it is stored."
          />
        )}
        <Select label="Expires" options={EXPIRIES} value={days} onChange={setDays} />
        <Checkbox
          label="Read only"
          hint="It can look at everything you may see and change nothing."
          checked={readOnly}
          onChange={setReadOnly}
        />
        {forPerson && (
          <Checkbox
            label="Keep to my teams"
            hint="It sees what you see here. Without this it sees the resources of all teams, as tokens always did."
            checked={keepsToTeams}
            onChange={setKeepsToTeams}
          />
        )}
        {other !== null && (
          <p role="alert" className="text-danger">
            {other}
          </p>
        )}
      </form>
    </Dialog>
  );
}

function TokenShown({ token, adopted, onClose }: { token: string; adopted: boolean; onClose: () => void }) {
  const curl = `curl -H "Authorization: ${token}" ${location.origin}/api/v1/users/current/`;
  return (
    <Dialog
      open
      onClose={onClose}
      dismissible={false}
      width="medium"
      title={adopted ? 'The token is kept' : 'Copy the token now'}
      description={adopted ? 'It works at once.' : 'It is shown this once and cannot be shown again.'}
      footer={
        <Button kind="primary" onClick={onClose}>
          {adopted ? 'Done' : 'I have copied it'}
        </Button>
      }
    >
      <div className="space-y-3">
        {!adopted && <CopyField text={token} label="token" multiline />}
        <p className="text-muted">Try it:</p>
        <CopyField text={adopted ? curl.replace(token, '…') : curl} label="curl command" multiline />
      </div>
    </Dialog>
  );
}
