import { useSuspenseQuery } from '@tanstack/react-query';
import { Check, Copy, Eye, Lock, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useForbidden } from '../../api/index.ts';
import { Button, cx, IconButton, Page, Select, TextField } from '../../ui/index.ts';
import { type Role, rolesQuery } from './access-queries.ts';
import { DeleteRoleDialog } from './DeleteRoleDialog.tsx';
import { groupedPermissions, plain } from './permissions.ts';
import { RoleDrawer } from './RoleDrawer.tsx';
import { ViewAsDialog } from './ViewAsDialog.tsx';

type Opened =
  | { kind: 'form'; role: Role | null; copyOf?: Role }
  | { kind: 'delete'; role: Role }
  | { kind: 'view-as'; start: string };

/** Roles against permissions, resource by resource. */
export function RolesPage() {
  const forbidden = useForbidden('roles:write');
  const mayNotView = useForbidden('admin:admin');
  const { data: roles } = useSuspenseQuery(rolesQuery);
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState(roles[0]?.id ?? '');
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = () => setOpened(null);
  const role = roles.find(({ id }) => id === chosen) ?? roles[0];
  const groups = groupedPermissions(
    roles.flatMap(({ permissions }) => permissions),
    search,
  );
  return (
    <Page
      title="Roles"
      description="Everybody has one basic role, and any number of these beside it. Teams and service accounts can have them too."
      actions={
        <>
          <Button
            icon={<Eye className="size-4" aria-hidden />}
            disabledReason={mayNotView}
            onClick={() => setOpened({ kind: 'view-as', start: 'basic:viewer' })}
          >
            View as…
          </Button>
          <Button
            kind="primary"
            icon={<Plus className="size-4" aria-hidden />}
            disabledReason={forbidden}
            onClick={() => setOpened({ kind: 'form', role: null })}
          >
            New role
          </Button>
        </>
      }
    >
      <div className="mb-4 grid items-end gap-3 sm:grid-cols-[1fr_1fr_auto]">
        <Select
          label="Role"
          value={role?.id ?? ''}
          onChange={setChosen}
          options={roles.map(({ id, name, is_fixed }) => ({ value: id, label: name, group: is_fixed ? 'Fixed' : 'Custom' }))}
        />
        <TextField label="Find a permission" type="search" value={search} onChange={setSearch} placeholder="integrations" />
        {role !== undefined && (
          <div className="flex gap-1">
            <IconButton
              label={`View as ${role.name}`}
              icon={<Eye className="size-4" aria-hidden />}
              disabledReason={mayNotView}
              onClick={() => setOpened({ kind: 'view-as', start: role.id })}
            />
            <IconButton
              label={`Copy the role ${role.name}`}
              icon={<Copy className="size-4" aria-hidden />}
              onClick={() => setOpened({ kind: 'form', role: null, copyOf: role })}
            />
            {!role.is_fixed && (
              <>
                <IconButton
                  label={`Edit the role ${role.name}`}
                  icon={<Pencil className="size-4" aria-hidden />}
                  onClick={() => setOpened({ kind: 'form', role })}
                />
                <IconButton
                  label={`Delete the role ${role.name}`}
                  icon={<Trash2 className="size-4" aria-hidden />}
                  onClick={() => setOpened({ kind: 'delete', role })}
                />
              </>
            )}
          </div>
        )}
      </div>
      {role !== undefined && (
        <>
          <p className="mb-3 flex items-center gap-1.5 text-muted">
            {role.is_fixed && <Lock className="size-4" aria-hidden />}
            {role.is_fixed ? 'A fixed role: copy it to change it. ' : ''}
            {role.description}
          </p>
          <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
            {groups.map(([resource, actions]) => (
              <section key={resource} className="rounded-lg border border-line bg-surface p-3 shadow-card">
                <h2 className="mb-1 font-semibold">{resource}</h2>
                <ul className="space-y-0.5">
                  {actions.map(({ permission, action }) => {
                    const has = role.permissions.some((one) => plain(one) === permission);
                    return (
                      <li key={permission} className={cx('flex items-center gap-2', !has && 'text-muted')} title={permission}>
                        <Check className={cx('size-4 shrink-0', has ? 'text-ok' : 'invisible')} aria-hidden />
                        {action}
                        <span className="sr-only">{has ? ': granted' : ': not granted'}</span>
                      </li>
                    );
                  })}
                </ul>
              </section>
            ))}
          </div>
        </>
      )}
      {opened?.kind === 'form' && (
        <RoleDrawer
          role={opened.role}
          start={opened.copyOf ?? opened.role}
          permissions={[...new Set(roles.flatMap((one) => one.permissions.map(plain)))]}
          onClose={close}
          onSaved={(saved) => setChosen(saved.id)}
        />
      )}
      {opened?.kind === 'delete' && (
        <DeleteRoleDialog
          role={opened.role}
          roles={roles}
          onClose={close}
          onDeleted={() => {
            setChosen(roles[0]?.id ?? '');
            close();
          }}
        />
      )}
      {opened?.kind === 'view-as' && <ViewAsDialog roles={roles} start={opened.start} onClose={close} />}
    </Page>
  );
}
