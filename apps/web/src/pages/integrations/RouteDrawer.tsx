import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { type SyntheticEvent, useState } from 'react';
import { ApiError, api, chainsQuery, errorText, type Integration } from '../../api/index.ts';
import { Button, Drawer, IconButton, RadioGroup, Select, showToast, TextArea, TextField } from '../../ui/index.ts';
import type { Match, Route } from './queries.ts';
import { RouteTrial } from './RouteTrial.tsx';

const OPERATORS = [
  { value: '=', label: 'is' },
  { value: '!=', label: 'is not' },
  { value: '=~', label: 'matches' },
  { value: '!~', label: 'does not match' },
];

type Kind = Route['routing_type'];
/** A row of the form. */
type Row = { key: string; match: Match; value: string };
const EMPTY: Row = { key: '', match: '=', value: '' };

const rowsOf = (route: Route | null): Row[] =>
  route?.routing_labels?.map(({ key, value, match = '=' }) => ({ key: key.name, match, value: value.name })) ?? [EMPTY];
const labelsOf = (rows: readonly Row[]) =>
  rows.map(({ key, match, value }) => ({ key: { name: key }, value: { name: value }, match }));

/** Adds or changes a route: its condition and its chain. */
export function RouteDrawer({
  integration,
  route,
  onClose,
}: {
  integration: Integration;
  route: Route | null;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const { data: chains = [] } = useQuery(chainsQuery);
  const [kind, setKind] = useState<Kind>(route?.routing_type ?? 'jinja2');
  const [term, setTerm] = useState(route?.routing_regex ?? (route === null ? '{{ payload.severity == "critical" }}' : ''));
  const [labels, setLabels] = useState<readonly Row[]>(() => rowsOf(route));
  const [chainId, setChainId] = useState(route?.escalation_chain_id ?? '');
  const isDefault = route?.is_the_last_route === true;
  const save = useMutation({
    mutationFn: () => {
      const chain = { escalation_chain_id: chainId === '' ? null : chainId };
      const rule =
        kind === 'labels'
          ? { routing_type: kind, routing_labels: labelsOf(labels) }
          : { routing_type: kind, routing_regex: term };
      if (route === null) return api.post('/routes', { body: { integration_id: integration.id, ...rule, ...chain } });
      return api.put('/routes/{id}', { path: { id: route.id }, body: isDefault ? chain : { ...rule, ...chain } });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['integrations'] });
      showToast({ kind: 'done', text: route === null ? 'Route added' : 'Route saved' });
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  const termError = fields.routing_regex ?? fields.non_field_errors;
  const setLabel = (at: number, changes: Partial<Row>) =>
    setLabels(labels.map((label, index) => (index === at ? { ...label, ...changes } : label)));
  return (
    <Drawer
      open
      onClose={onClose}
      title={route === null ? 'Add a route' : isDefault ? 'Default route' : 'Edit route'}
      description={isDefault ? 'Takes what no other route takes.' : 'The first route whose condition holds takes an alert.'}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="route" pending={save.isPending}>
            {route === null ? 'Add route' : 'Save route'}
          </Button>
        </>
      }
    >
      <form id="route" onSubmit={submit} className="space-y-4" noValidate>
        {!isDefault && (
          <>
            <RadioGroup
              label="Condition"
              value={kind}
              onChange={(value) => setKind(value as Kind)}
              choices={[
                { value: 'jinja2', label: 'A template that is true' },
                { value: 'labels', label: 'Labels that match' },
                ...(kind === 'regex' || route?.routing_type === 'regex'
                  ? [{ value: 'regex', label: 'A regular expression on the payload' }]
                  : []),
              ]}
            />
            {kind === 'labels' ? (
              <fieldset className="space-y-2">
                <legend className="mb-1 font-medium">All of these</legend>
                {labels.map((label, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own
                  <div key={at} className="flex items-end gap-2">
                    <TextField
                      label="Label"
                      hideLabel
                      placeholder="severity"
                      value={label.key}
                      onChange={(key) => setLabel(at, { key })}
                    />
                    <Select
                      label="How"
                      hideLabel
                      options={OPERATORS}
                      value={label.match}
                      onChange={(match) => setLabel(at, { match: match as Match })}
                    />
                    <TextField
                      label="Value"
                      hideLabel
                      placeholder="critical"
                      value={label.value}
                      onChange={(value) => setLabel(at, { value })}
                    />
                    <IconButton
                      label={`Remove label ${at + 1}`}
                      icon={<Trash2 className="size-4" aria-hidden />}
                      onClick={() => setLabels(labels.filter((_label, index) => index !== at))}
                    />
                  </div>
                ))}
                <Button size="small" icon={<Plus className="size-4" aria-hidden />} onClick={() => setLabels([...labels, EMPTY])}>
                  Add label
                </Button>
                {(fields.routing_labels ?? termError) !== undefined && (
                  <p role="alert" className="text-danger">
                    {fields.routing_labels ?? termError}
                  </p>
                )}
              </fieldset>
            ) : (
              <div className="space-y-2">
                <TextArea
                  label={kind === 'jinja2' ? 'Template' : 'Regular expression'}
                  value={term}
                  onChange={setTerm}
                  rows={4}
                  mono
                  spellCheck={false}
                  error={termError}
                  hint={kind === 'jinja2' ? 'payload is the alert, labels its labels.' : undefined}
                />
                {kind === 'jinja2' && <RouteTrial integration={integration} term={term} />}
              </div>
            )}
          </>
        )}
        <Select
          label="Escalation chain"
          options={[
            { value: '', label: 'None: nobody is notified' },
            ...chains.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={chainId}
          onChange={setChainId}
          error={fields.escalation_chain_id}
        />
        {save.error !== null && Object.keys(fields).length === 0 && (
          <p role="alert" className="text-danger">
            {errorText(save.error)}
          </p>
        )}
      </form>
    </Drawer>
  );
}
