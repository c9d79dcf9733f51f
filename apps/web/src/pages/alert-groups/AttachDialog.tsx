import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { api, type ListPage } from '../../api/client.ts';
import { errorText } from '../../api/errors.ts';
import type { AlertGroup } from '../../api/types.ts';
import { Button, Combobox, Dialog, showToast } from '../../ui/index.ts';

type BulkAnswer = { results: { result: string; detail: string | null; reason: string | null }[] };

/** Chooses the group that this one will follow. */
export function AttachDialog({ group, onClose }: { group: AlertGroup; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed);
  const [root, setRoot] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: ['attach-targets', search],
    queryFn: ({ signal }): Promise<ListPage<AlertGroup>> =>
      api.get('/alert_groups', {
        query: {
          search: /^#\d+/.test(search) ? search.slice(1).split(' ')[0] : search,
          is_attached: 'false',
          state: ['new', 'acknowledged', 'silenced'],
          perpage: 20,
        },
        signal,
      }),
    placeholderData: (old) => old,
  });
  const options = (data?.results ?? [])
    .filter(({ id }) => id !== group.id)
    .map((one) => ({ value: one.id, label: `#${one.alert_group_number} ${one.title ?? ''}`, hint: one.state }));
  const attach = async () => {
    if (root === null) return setError('Choose an alert group.');
    setPending(true);
    try {
      const { results } = await api.post<BulkAnswer>('/alert_groups/bulk', {
        body: { action: 'attach', ids: [group.id], root_alert_group_id: root },
      });
      const [row] = results;
      if (row !== undefined && row.result === 'refused') return setError(row.detail ?? row.reason ?? 'It was refused.');
      await client.invalidateQueries({ queryKey: ['alert-groups'] });
      showToast({ text: `#${group.alert_group_number} is attached` });
      onClose();
    } catch (failure) {
      setError(errorText(failure));
    } finally {
      setPending(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Attach #${group.alert_group_number} to another`}
      description="It follows the other one from then on: acknowledging or resolving that one does the same here."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" pending={pending} onClick={() => void attach()}>
            Attach
          </Button>
        </>
      }
    >
      <Combobox
        label="Alert group"
        placeholder="Title or number"
        options={options}
        value={root}
        onChange={setRoot}
        onSearch={setTyped}
        error={error}
      />
    </Dialog>
  );
}
