import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { errorText } from '../../api/index.ts';
import { startViewingAs } from '../../api/session.ts';
import { viewableRoles } from '../../features/roles/viewable.ts';
import { Button, Dialog, Select } from '../../ui/index.ts';
import type { Role } from './access-queries.ts';

/** Lets an admin see the product as a role does. */
export function ViewAsDialog({ roles, start, onClose }: { roles: readonly Role[]; start: string; onClose: () => void }) {
  const [role, setRole] = useState(start);
  const view = useMutation({ mutationFn: () => startViewingAs(role) });
  return (
    <Dialog
      open
      onClose={onClose}
      title="View as a role"
      description="The product opens as it does to somebody who has this role and nothing else."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" pending={view.isPending} onClick={() => view.mutate()}>
            View as this role
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        <Select
          label="Role"
          value={role}
          onChange={setRole}
          options={viewableRoles(roles).map(({ id, name, group }) => ({ value: id, label: name, group }))}
        />
        <p className="text-muted">
          You read what the role lets people read, and nothing can be changed until you stop; a notice on every page says so. The
          audit log tells when it began and ended.
        </p>
        {view.error !== null && (
          <p role="alert" className="text-danger">
            {errorText(view.error)}
          </p>
        )}
      </div>
    </Dialog>
  );
}
