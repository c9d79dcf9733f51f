import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { api, nameOfUser, useCan, useForbidden, usersQuery } from '../../api/index.ts';
import { Button, Checkbox, CopyField, EmptyState, Page } from '../../ui/index.ts';
import { accountsQuery, type NewToken, type Token, tokensQuery } from './access-queries.ts';
import { NewTokenDialog } from './NewTokenDialog.tsx';
import { tokensRoute } from './routes.ts';
import { TokenTable } from './TokenTable.tsx';

const createToken = (body: NewToken): Promise<Token & { token: string }> => api.post('/tokens', { body });
const revokeToken = ({ id }: Token): Promise<unknown> => api.delete('/tokens/{id}', { path: { id: String(id) } });

export function TokensPage() {
  const { all = false } = tokensRoute.useSearch();
  const navigate = tokensRoute.useNavigate();
  const client = useQueryClient();
  const isAdmin = useCan('admin:admin');
  const forbidden = useForbidden('api-keys:write');
  const { data: tokens } = useSuspenseQuery(tokensQuery(all));
  const { data: users = [] } = useQuery({ ...usersQuery, enabled: all });
  const { data: accounts = [] } = useQuery({ ...accountsQuery, enabled: all });
  const [creating, setCreating] = useState(false);
  const ownerOf = (token: Token): string => {
    const user = users.find(({ id }) => id === token.user_id);
    const account = accounts.find(({ id }) => id === token.service_account_id);
    return user === undefined ? (account?.name ?? token.user_id ?? token.service_account_id ?? '') : nameOfUser(user);
  };
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
    <Page
      title="API tokens"
      description="A token acts as you over the API: Terraform, scripts, bots. Programs that belong to nobody better get a service account."
      actions={create}
    >
      <div className="mb-4 grid items-end gap-3 lg:grid-cols-2">
        <div>
          <h2 className="mb-1 font-medium">API address</h2>
          <CopyField text={`${location.origin}/`} label="API address" />
        </div>
        {isAdmin && (
          <Checkbox
            label="Show the tokens of everybody"
            checked={all}
            onChange={(checked) => void navigate({ search: checked ? { all: true } : {} })}
          />
        )}
      </div>
      <TokenTable
        tokens={tokens}
        {...(all ? { owner: ownerOf } : {})}
        revoke={revokeToken}
        forbidden={forbidden}
        empty={
          <EmptyState icon={<KeyRound />} title="No tokens yet" actions={create}>
            Make one for each program that calls the API, so that you can revoke one without the others.
          </EmptyState>
        }
      />
      <NewTokenDialog
        open={creating}
        onClose={() => setCreating(false)}
        title="New API token"
        create={createToken}
        onCreated={() => void client.invalidateQueries({ queryKey: ['tokens'] })}
        forPerson
      />
    </Page>
  );
}
