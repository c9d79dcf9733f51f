import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, errorText, useSession } from '../../api/index.ts';
import { Button, Checkbox, Drawer, showToast, TextField } from '../../ui/index.ts';
import type { Role } from './access-queries.ts';
import { groupedPermissions, plain } from './permissions.ts';

/** Creates or changes a custom role. */
export function RoleDrawer({
  role,
  start,
  permissions,
  onClose,
  onSaved,
}: {
  /** null: a new one. */
  role: Role | null;
  /** What the form begins with. */
  start: Role | null;
  permissions: readonly string[];
  onClose: () => void;
  onSaved: (role: Role) => void;
}) {
  const client = useQueryClient();
  const { permissions: own } = useSession();
  const [name, setName] = useState(role?.name ?? (start === null ? '' : `${start.name} copy`));
  const [description, setDescription] = useState(start?.description ?? '');
  const [granted, setGranted] = useState<ReadonlySet<string>>(new Set(start?.permissions.map(plain)));
  const save = useMutation({
    mutationFn: (): Promise<Role> => {
      const body = { name: name.trim(), description, permissions: [...granted] };
      return role === null ? api.post('/roles', { body }) : api.put('/roles/{id}', { path: { id: role.id }, body });
    },
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ['roles'] });
      showToast({ kind: 'done', text: `Saved the role ${saved.name}` });
      onSaved(saved);
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  const toggle = (permission: string, on: boolean) => {
    const next = new Set(granted);
    if (on) next.add(permission);
    else next.delete(permission);
    setGranted(next);
  };
  const mayGrant = (permission: string): boolean => own.includes('admin:admin') || own.includes(permission);
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <Drawer
      open
      onClose={onClose}
      title={role === null ? 'New role' : `Edit ${role.name}`}
      footer={
        <>
          <span className="mr-auto self-center text-muted">{granted.size} permissions</span>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="role" pending={save.isPending}>
            Save role
          </Button>
        </>
      }
    >
      <form id="role" onSubmit={submit} className="space-y-4" noValidate>
        <TextField label="Name" value={name} onChange={setName} autoFocus error={fields.name} />
        <TextField label="Description" optional value={description} onChange={setDescription} error={fields.description} />
        {groupedPermissions(permissions).map(([resource, actions]) => (
          <fieldset key={resource}>
            <legend className="mb-1 font-medium">{resource}</legend>
            <div className="grid gap-1 sm:grid-cols-2">
              {actions.map(({ permission, action }) => (
                <Checkbox
                  key={permission}
                  label={action}
                  checked={granted.has(permission)}
                  disabled={!mayGrant(permission)}
                  onChange={(on) => toggle(permission, on)}
                  {...(mayGrant(permission) ? {} : { hint: 'You do not have it yourself.' })}
                />
              ))}
            </div>
          </fieldset>
        ))}
        {save.error !== null && (
          <p role="alert" className="text-danger">
            {fields.permissions ?? (Object.keys(fields).length === 0 ? errorText(save.error) : 'See the field above.')}
          </p>
        )}
      </form>
    </Drawer>
  );
}
