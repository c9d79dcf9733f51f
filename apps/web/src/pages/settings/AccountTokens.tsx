import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { api, errorText, useForbidden } from '../../api/index.ts';
import { Button, Drawer, EmptyState, ErrorState, SkeletonRows } from '../../ui/index.ts';
import { accountTokensQuery, type NewToken, type ServiceAccount, type Token } from './access-queries.ts';
import { NewTokenDialog } from './NewTokenDialog.tsx';
import { TokenTable } from './TokenTable.tsx';

/** The tokens of one service account. */
export function AccountTokens({ account, onClose }: { account: ServiceAccount; onClose: () => void }) {
  const client = useQueryClient();
  const forbidden = useForbidden('admin:admin');
  const tokens = useQuery(accountTokensQuery(account.id));
  const [creating, setCreating] = useState(false);
  const path = { id: account.id };
  const create = (
    <Button
      kind="primary"
      icon={<Plus className="size-4" aria-hidden />}
      disabledReason={forbidden}
      onClick={() => setCreating(true)}
    >
      New token
    </Button>
  );
  return (
    <Drawer open onClose={onClose} title={`Tokens of ${account.name}`} width="wide" footer={create}>
      {tokens.isPending && <SkeletonRows rows={2} label="Loading tokens" />}
      {tokens.isError && (
        <ErrorState
          title="The tokens could not be read"
          message={errorText(tokens.error)}
          onRetry={() => void tokens.refetch()}
        />
      )}
      {tokens.data !== undefined && (
        <TokenTable
          tokens={tokens.data}
          revoke={({ id }: Token) =>
            api.delete('/service_accounts/{id}/tokens/{token}', { path: { ...path, token: String(id) } })
          }
          forbidden={forbidden}
          empty={<EmptyState icon={<KeyRound />} title="No tokens yet" />}
        />
      )}
      <NewTokenDialog
        open={creating}
        onClose={() => setCreating(false)}
        title={`New token of ${account.name}`}
        create={(body: NewToken): Promise<Token & { token: string }> => api.post('/service_accounts/{id}/tokens', { path, body })}
        onCreated={() => void client.invalidateQueries({ queryKey: ['tokens'] })}
        forPerson={false}
      />
    </Drawer>
  );
}
