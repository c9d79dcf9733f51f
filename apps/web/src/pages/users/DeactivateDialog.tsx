import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, errorText, nameOfUser, schedulesQuery, usersQuery } from '../../api/index.ts';
import type { UserUses } from '../../api/schema.js';
import { UseList } from '../../features/used-by/UseList.tsx';
import { Combobox, ConfirmDialog, SkeletonRows, showToast } from '../../ui/index.ts';
import type { UserProfile } from './queries.ts';

/** Ends somebody's access, and says what names them and who takes their place. */
export function DeactivateDialog({ profile, onClose }: { profile: UserProfile; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: users = [] } = useQuery(usersQuery);
  const { data: uses } = useQuery({
    queryKey: ['users', 'one', profile.id, 'uses'],
    queryFn: ({ signal }): Promise<UserUses> => api.get('/users/{id}/uses', { path: { id: profile.id }, signal }),
  });
  const [replacement, setReplacement] = useState<string | null>(null);
  const name = profile.name || profile.username;
  const deactivate = useMutation({
    mutationFn: () =>
      api.patch('/users/{id}', {
        path: { id: profile.id },
        query: replacement === null ? { force: true } : { replace_by: replacement },
        body: { is_active: false },
      }),
    onSuccess: async () => {
      await navigate({ to: '/users', search: {} });
      await client.invalidateQueries();
      showToast({ kind: 'done', text: `${name} is deactivated` });
    },
  });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={`Deactivate ${name}?`}
      confirmLabel="Deactivate"
      {...(uses?.blocks === true && replacement === null ? { typeToConfirm: profile.username } : {})}
      onConfirm={() => deactivate.mutate()}
      pending={deactivate.isPending}
      error={deactivate.error === null ? null : errorText(deactivate.error)}
    >
      <p>They are signed out at once, their tokens end, and nobody pages them any more. What they did keeps their name.</p>
      {uses === undefined ? <SkeletonRows rows={2} label="Looking for what names them" /> : <Uses uses={uses} />}
      <Combobox
        label="Who takes their places"
        optional
        clearable
        options={users
          .filter(({ id }) => id !== profile.id)
          .map((user) => ({ value: user.id, label: nameOfUser(user), hint: user.email }))}
        value={replacement ?? ''}
        onChange={setReplacement}
        placeholder="Nobody: they are taken out"
      />
      {uses?.blocks === true && replacement === null && (
        <p className="rounded-md bg-warn-soft px-3 py-2 text-warn">
          A step or a shift would be left with nobody: alerts that come there would page nobody.
        </p>
      )}
    </ConfirmDialog>
  );
}

function Uses({ uses }: { uses: UserUses }) {
  const { data: schedules = [] } = useQuery(schedulesQuery);
  const { escalation_policies: steps, on_call_shifts: shifts, shift_swaps: swaps } = uses;
  if (steps.length + shifts.length + swaps.length === 0) return <p className="text-muted">No chain or schedule names them.</p>;
  const alone = (isOnlyOne: boolean) => isOnlyOne && <span className="text-warn"> – nobody else is in it</span>;
  return (
    <UseList
      label="Named by"
      className="max-h-48 overflow-y-auto"
      steps={steps.map((step) => ({
        id: step.id,
        position: step.position,
        chainId: step.escalation_chain_id,
        chainName: step.escalation_chain_name,
        more: alone(step.is_only_one),
      }))}
      others={[
        ...shifts.map((shift) => ({
          id: shift.id,
          text: (
            <>
              {shift.is_override ? 'Override' : shift.name || 'Rotation'} of{' '}
              {schedules.find(({ id }) => id === shift.schedule_id)?.name ?? 'no schedule'}
              {alone(shift.is_only_one)}
            </>
          ),
        })),
        ...(swaps.length === 0 ? [] : [{ id: 'swaps', text: swaps.length === 1 ? '1 swap' : `${swaps.length} swaps` }]),
      ]}
    />
  );
}
