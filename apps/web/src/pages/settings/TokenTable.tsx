import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { errorText } from '../../api/index.ts';
import { Badge, Button, type Column, ConfirmDialog, showToast, Table, Time } from '../../ui/index.ts';
import type { Token } from './access-queries.ts';

/** Tokens, with a button to revoke each. */
export function TokenTable({
  tokens,
  owner,
  revoke,
  forbidden,
  empty,
}: {
  tokens: readonly Token[];
  /** Names whose token it is; left out where all are one's own. */
  owner?: (token: Token) => string;
  revoke: (token: Token) => Promise<unknown>;
  forbidden: string | null;
  empty: ReactNode;
}) {
  const client = useQueryClient();
  const [doomed, setDoomed] = useState<Token | null>(null);
  const remove = useMutation({
    mutationFn: revoke,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['tokens'] });
      showToast({ kind: 'done', text: `Revoked the token ${doomed?.name ?? ''}` });
      setDoomed(null);
    },
  });
  const columns: Column<Token>[] = [
    {
      header: 'Name',
      onPhone: 'title',
      cell: (token) => (
        <span className="[overflow-wrap:anywhere]">
          {token.name} <code className="font-mono text-[0.9rem] text-muted">{token.starts_with}…</code>
        </span>
      ),
    },
    ...(owner === undefined ? [] : [{ header: 'Of', cell: (token: Token) => owner(token) }]),
    {
      header: 'Rights',
      cell: (token) => (
        <span className="flex flex-wrap gap-1">
          {token.read_only && <Badge tone="quiet">read only</Badge>}
          {token.scopes !== null && <Badge tone="quiet">{`${token.scopes.length} permissions`}</Badge>}
          {token.respect_team_visibility && <Badge tone="quiet">own teams</Badge>}
          {!token.read_only && token.scopes === null && !token.respect_team_visibility && (
            <span className="text-muted">all of its owner</span>
          )}
        </span>
      ),
    },
    { header: 'Created', cell: (token) => <Time value={token.created_at} /> },
    {
      header: 'Last used',
      cell: (token) =>
        token.last_used_at === null ? <span className="text-muted">never</span> : <Time value={token.last_used_at} />,
    },
    {
      header: 'Expires',
      cell: (token) =>
        token.expires_at === null ? <span className="text-muted">never</span> : <Time value={token.expires_at} />,
    },
    {
      header: 'Actions',
      hideHeader: true,
      align: 'end',
      cell: (token) => (
        <Button size="small" disabledReason={forbidden} onClick={() => setDoomed(token)} aria-label={`Revoke ${token.name}`}>
          Revoke
        </Button>
      ),
    },
  ];
  return (
    <>
      <Table caption="API tokens" rows={tokens} columns={columns} rowKey={(token) => String(token.id)} empty={empty} />
      <ConfirmDialog
        open={doomed !== null}
        onClose={() => setDoomed(null)}
        title={`Revoke ${doomed?.name ?? ''}?`}
        confirmLabel="Revoke token"
        onConfirm={() => doomed !== null && remove.mutate(doomed)}
        pending={remove.isPending}
        error={remove.error === null ? null : errorText(remove.error)}
      >
        <p>Whatever uses it is refused from now on. This cannot be undone.</p>
      </ConfirmDialog>
    </>
  );
}
