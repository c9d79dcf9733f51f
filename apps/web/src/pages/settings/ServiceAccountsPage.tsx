import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Bot, KeyRound, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api, errorText, useForbidden } from '../../api/index.ts';
import { Badge, Button, type Column, ConfirmDialog, EmptyState, IconButton, Page, showToast, Table } from '../../ui/index.ts';
import { AccountDrawer } from './AccountDrawer.tsx';
import { AccountTokens } from './AccountTokens.tsx';
import { accountsQuery, rolesQuery, type ServiceAccount } from './access-queries.ts';

type Opened = { kind: 'edit' | 'tokens' | 'delete'; account: ServiceAccount } | { kind: 'new' };

/** Programs with rights of their own. */
export function ServiceAccountsPage() {
  const client = useQueryClient();
  const forbidden = useForbidden('admin:admin');
  const { data: accounts } = useSuspenseQuery(accountsQuery);
  const { data: roles } = useSuspenseQuery(rolesQuery);
  const [opened, setOpened] = useState<Opened | null>(null);
  const close = () => setOpened(null);
  const remove = useMutation({
    mutationFn: ({ id }: ServiceAccount) => api.delete('/service_accounts/{id}', { path: { id } }),
    onSuccess: async (_answer, { name }) => {
      await client.invalidateQueries({ queryKey: ['service-accounts'] });
      showToast({ kind: 'done', text: `Deleted ${name}` });
      close();
    },
  });
  const roleNames = ({ role, roles: added }: ServiceAccount): string =>
    [role, ...added.map((id) => roles.find((one) => one.id === id)?.name ?? id)].join(', ');
  const create = (
    <Button
      kind="primary"
      icon={<Plus className="size-4" aria-hidden />}
      disabledReason={forbidden}
      onClick={() => setOpened({ kind: 'new' })}
    >
      New service account
    </Button>
  );
  const columns: Column<ServiceAccount>[] = [
    {
      header: 'Name',
      onPhone: 'title',
      cell: (account) => (
        <div className="min-w-0">
          <span className="font-medium [overflow-wrap:anywhere]">{account.name}</span>{' '}
          {account.is_disabled && <Badge tone="warn">disabled</Badge>}
          {account.description !== '' && <p className="text-muted [overflow-wrap:anywhere]">{account.description}</p>}
        </div>
      ),
    },
    { header: 'Roles', cell: roleNames },
    { header: 'Alerts', cell: ({ may_act }) => (may_act ? 'may act on them' : <span className="text-muted">reads only</span>) },
    {
      header: 'Actions',
      hideHeader: true,
      align: 'end',
      cell: (account) => (
        <span className="flex justify-end gap-1">
          <Button
            size="small"
            icon={<KeyRound className="size-3.5" aria-hidden />}
            aria-label={`Tokens of ${account.name}`}
            onClick={() => setOpened({ kind: 'tokens', account })}
          >
            Tokens
          </Button>
          <IconButton
            label={`Edit ${account.name}`}
            size="small"
            icon={<Pencil className="size-4" aria-hidden />}
            onClick={() => setOpened({ kind: 'edit', account })}
          />
          <IconButton
            label={`Delete ${account.name}`}
            size="small"
            icon={<Trash2 className="size-4" aria-hidden />}
            onClick={() => setOpened({ kind: 'delete', account })}
          />
        </span>
      ),
    },
  ];
  return (
    <Page
      title="Service accounts"
      description="Programs that call the API for the organization rather than for a person, with rights of their own."
      actions={create}
    >
      <Table
        caption="Service accounts"
        rows={accounts}
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          <EmptyState icon={<Bot />} title="No service accounts yet" actions={create}>
            Give Terraform or a deploy script one, so that it goes on working when a colleague leaves.
          </EmptyState>
        }
      />
      {(opened?.kind === 'new' || opened?.kind === 'edit') && (
        <AccountDrawer account={opened.kind === 'edit' ? opened.account : null} roles={roles} onClose={close} />
      )}
      {opened?.kind === 'tokens' && <AccountTokens account={opened.account} onClose={close} />}
      <ConfirmDialog
        open={opened?.kind === 'delete'}
        onClose={close}
        title={`Delete ${opened?.kind === 'delete' ? opened.account.name : ''}?`}
        confirmLabel="Delete service account"
        onConfirm={() => opened?.kind === 'delete' && remove.mutate(opened.account)}
        pending={remove.isPending}
        error={remove.error === null ? null : errorText(remove.error)}
      >
        <p>All its tokens end at once, and whatever uses them is refused. The timeline and the audit log keep its name.</p>
      </ConfirmDialog>
    </Page>
  );
}
