import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, errorText, nameOfUser, teamsQuery, useCan, usersQuery } from '../../api/index.ts';
import { ConfirmDialog, Select, SkeletonRows, showToast } from '../../ui/index.ts';
import { accountsQuery, type Role } from './access-queries.ts';

/** `GET /roles/{id}/assignments`: ids. */
type Holders = { users: string[]; teams: string[]; service_accounts: string[] };
const KINDS = ['users', 'teams', 'service_accounts'] as const;
const NOTHING = 'nothing';

const countOf = (holders: Holders): number => KINDS.reduce((sum, kind) => sum + holders[kind].length, 0);
const both = (a: Holders, b: Holders): Holders => {
  const of = (kind: (typeof KINDS)[number]) => [...new Set([...a[kind], ...b[kind]])];
  return { users: of('users'), teams: of('teams'), service_accounts: of('service_accounts') };
};

const ifMatch = (tag: string | null): Readonly<Record<string, string>> => (tag === null ? {} : { 'if-match': tag });

/** One step of several; where it fails, what is true by then is told with the reason. */
async function step(sofar: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new Error(`${sofar} ${errorText(error)}`, { cause: error });
  }
}

/** Deletes a role; those who have it get another one first, or none (web-ui.md 22). */
export function DeleteRoleDialog({
  role,
  roles,
  onClose,
  onDeleted,
}: {
  role: Role;
  roles: readonly Role[];
  onClose: () => void;
  onDeleted: () => void;
}) {
  const client = useQueryClient();
  const [instead, setInstead] = useState('');
  const path = '/roles/{id}/assignments';
  const holders = useQuery({
    queryKey: ['roles', 'holders', role.id],
    queryFn: ({ signal }) => api.getTagged<Holders>(path, { path: { id: role.id }, signal }),
    staleTime: 0,
    gcTime: 0,
  });
  const count = holders.data === undefined ? 0 : countOf(holders.data.body);
  const other = roles.find(({ id }) => id === instead);
  const remove = useMutation({
    mutationFn: async () => {
      if (holders.data !== undefined && count > 0) {
        const { tag: wasTag, body: had } = holders.data;
        if (other !== undefined)
          await step('Nothing was changed.', async () => {
            const { tag, body } = await api.getTagged<Holders>(path, { path: { id: other.id } });
            await api.put(path, { path: { id: other.id }, body: both(body, had), headers: ifMatch(tag) });
          });
        await step(other === undefined ? 'Nothing was changed.' : `They have ${other.name} now, and ${role.name} still.`, () =>
          // Who was given it meanwhile was not asked about: then it is not taken away.
          api.put(path, {
            path: { id: role.id },
            body: { users: [], teams: [], service_accounts: [] },
            headers: ifMatch(wasTag),
          }),
        );
      }
      await step(count > 0 ? `Nobody has ${role.name} any more, but it is still there.` : '', () =>
        api.delete('/roles/{id}', { path: { id: role.id } }),
      );
    },
    onSuccess: () => {
      showToast({
        kind: 'done',
        text: `Deleted the role ${role.name}`,
        ...(other === undefined ? {} : { detail: `Who had it has ${other.name} now.` }),
      });
      onDeleted();
    },
    // Whom it was given to or taken from so far is shown, whether or not all went well.
    onSettled: () => client.invalidateQueries({ queryKey: ['roles'] }),
  });
  const isKnown = holders.data !== undefined;
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Delete the role ${role.name}?`}
      confirmLabel="Delete role"
      onConfirm={() => remove.mutate()}
      pending={remove.isPending}
      blockedReason={
        !isKnown ? 'Who has it is not known yet.' : count > 0 && instead === '' ? 'Choose what they get instead.' : null
      }
      error={remove.error?.message ?? (holders.error === null ? null : errorText(holders.error))}
    >
      {holders.isPending && <SkeletonRows rows={2} label="Looking for who has it" />}
      {isKnown && count === 0 && <p>Nobody has it.</p>}
      {isKnown && count > 0 && (
        <>
          <p>{count === 1 ? 'It is in use. Who has it:' : `It is in use. The ${count} who have it:`}</p>
          <HolderList holders={holders.data.body} />
          <Select
            label="They get instead"
            value={instead}
            onChange={setInstead}
            options={[
              { value: '', label: 'Choose…' },
              { value: NOTHING, label: 'Nothing: it is only taken away' },
              ...roles
                .filter(({ id }) => id !== role.id)
                .map(({ id, name, is_fixed: isFixed }) => ({ value: id, label: name, group: isFixed ? 'Fixed' : 'Custom' })),
            ]}
          />
        </>
      )}
    </ConfirmDialog>
  );
}

function HolderList({ holders }: { holders: Holders }) {
  const { data: users = [] } = useQuery({ ...usersQuery, enabled: useCan('user-settings:read') });
  const { data: teams = [] } = useQuery({ ...teamsQuery, enabled: useCan('user-settings:read') });
  const { data: accounts = [] } = useQuery({
    ...accountsQuery,
    enabled: useCan('admin:admin') && holders.service_accounts.length > 0,
  });
  const names = new Map<string, string>([
    ...users.map((user) => [user.id, nameOfUser(user)] as const),
    ...teams.map(({ id, name }) => [id, `Team ${name}`] as const),
    ...accounts.map(({ id, name }) => [id, `Service account ${name}`] as const),
  ]);
  return (
    <ul aria-label="Who has it" className="max-h-48 list-disc overflow-y-auto pl-5">
      {KINDS.flatMap((kind) => holders[kind]).map((id) => (
        <li key={id} className="[overflow-wrap:anywhere]">
          {names.get(id) ?? id}
        </li>
      ))}
    </ul>
  );
}
