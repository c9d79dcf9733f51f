import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Clock, Mail, Plus, Smartphone, Trash2, Webhook } from 'lucide-react';
import { useState } from 'react';
import { api, errorText } from '../../api/index.ts';
import { Button, Card, ErrorState, IconButton, moved, Select, SkeletonRows, SortableList, showToast } from '../../ui/index.ts';
import { type Rule, rulesQuery } from './queries.ts';

/** Channels that this server has; others come with their providers. */
const CHANNELS = [
  { value: 'notify_by_email', label: 'E-mail' },
  { value: 'notify_by_webhook', label: 'Webhook' },
];
const WAITS = [60, 300, 900, 1_800, 3_600].map((seconds) => ({
  value: `wait ${seconds}`,
  label: seconds === 60 ? 'Wait 1 minute' : seconds === 3_600 ? 'Wait 1 hour' : `Wait ${seconds / 60} minutes`,
}));
const CHOICES = [
  ...CHANNELS.map((choice) => ({ ...choice, group: 'Notify by' })),
  ...WAITS.map((choice) => ({ ...choice, group: 'Wait' })),
];

function textOf(rule: Rule): string {
  if (rule.type !== 'wait') {
    const known = CHANNELS.find(({ value }) => value === rule.type)?.label;
    return `Notify by ${(known ?? rule.type.replace(/^notify_by_/, '').replaceAll('_', ' ')).toLowerCase()}`;
  }
  const minutes = (rule.duration ?? 300) / 60;
  return minutes === 1 ? 'Wait 1 minute' : minutes === 60 ? 'Wait 1 hour' : `Wait ${minutes} minutes`;
}

const iconOf = (type: string) =>
  type === 'wait' ? Clock : type === 'notify_by_email' ? Mail : type === 'notify_by_webhook' ? Webhook : Smartphone;

/** How a person is notified: by ordinary alerts, and by those that a step calls important. */
export function RulesEditor({ userId, forbidden }: { userId: string; forbidden: string | null }) {
  const rules = useQuery(rulesQuery(userId));
  if (rules.isPending) return <SkeletonRows rows={3} label="Loading rules" />;
  if (rules.isError)
    return (
      <ErrorState title="The rules could not be read" message={errorText(rules.error)} onRetry={() => void rules.refetch()} />
    );
  return (
    <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-2">
      {[false, true].map((important) => (
        <RuleList
          key={String(important)}
          userId={userId}
          important={important}
          rules={rules.data.filter((rule) => rule.important === important)}
          forbidden={forbidden}
        />
      ))}
    </div>
  );
}

type ListProps = { userId: string; important: boolean; rules: readonly Rule[]; forbidden: string | null };

function RuleList({ userId, important, rules, forbidden }: ListProps) {
  const client = useQueryClient();
  const [choice, setChoice] = useState('notify_by_email');
  const { queryKey } = rulesQuery(userId);
  const refresh = () => client.invalidateQueries({ queryKey });
  const failed = (text: string) => (error: Error) => showToast({ kind: 'failed', text, detail: errorText(error) });
  const add = useMutation({
    mutationFn: () => {
      const [type, seconds] = choice.split(' ');
      const wait = seconds === undefined ? {} : { duration: Number(seconds) };
      return api.post('/personal_notification_rules', { body: { user_id: userId, important, type, ...wait } });
    },
    onSuccess: refresh,
    onError: failed('The rule was not added'),
  });
  const remove = useMutation({
    mutationFn: (rule: Rule) => api.delete('/personal_notification_rules/{id}', { path: { id: rule.id } }),
    onSuccess: async (_answer, { id: _id, ...body }) => {
      await refresh();
      const undo = async () => {
        await api.post('/personal_notification_rules', { body });
        await refresh();
      };
      showToast({ kind: 'done', text: 'Rule deleted', action: { label: 'Undo', run: () => void undo() } });
    },
    onError: failed('The rule was not deleted'),
  });
  const move = useMutation({
    mutationFn: ({ rule, to }: { rule: Rule; to: number }) =>
      api.put('/personal_notification_rules/{id}', {
        path: { id: rule.id },
        body: {
          type: rule.type,
          ...(rule.duration === undefined ? {} : { duration: rule.duration }),
          position: rules[to]?.position ?? to,
        },
      }),
    onMutate: ({ rule, to }) => {
      const next = moved(rules, rules.indexOf(rule), to);
      client.setQueryData(queryKey, (all: Rule[] | undefined) => [
        ...(all ?? []).filter((one) => one.important !== important),
        ...next,
      ]);
    },
    onError: failed('The rule stays where it was'),
    onSettled: refresh,
  });
  const title = important ? 'Important' : 'Default';
  return (
    <Card title={title}>
      <p className="mb-3 text-muted">
        {important ? 'For steps that are marked important, and urgent pages by hand.' : 'For everything else.'}
      </p>
      {rules.length === 0 && (
        <p className="mb-3 rounded-md bg-warn-soft px-3 py-2 text-warn">No rules: nobody is notified this way.</p>
      )}
      <SortableList
        label={`${title} rules`}
        items={rules}
        itemKey={({ id }) => id}
        itemLabel={textOf}
        onMove={(rule, to) => move.mutate({ rule, to })}
        disabled={forbidden !== null}
      >
        {(rule, handle, index) => {
          const Icon = iconOf(rule.type);
          return (
            <div className="flex items-center gap-2 rounded-lg border border-line bg-surface px-2 py-1.5">
              {handle}
              <span className="w-4 text-right text-muted tabular-nums">{index + 1}</span>
              <Icon className="size-4 text-accent" aria-hidden />
              <span className="flex-1">{textOf(rule)}</span>
              {forbidden === null && (
                <IconButton
                  size="small"
                  label={`Delete ${textOf(rule)} from ${title.toLowerCase()} rules`}
                  icon={<Trash2 className="size-4" aria-hidden />}
                  onClick={() => remove.mutate(rule)}
                />
              )}
            </div>
          );
        }}
      </SortableList>
      {forbidden === null && (
        <div className="mt-3 flex items-end gap-2">
          <Select
            label={`New ${title.toLowerCase()} rule`}
            hideLabel
            className="flex-1"
            options={CHOICES}
            value={choice}
            onChange={setChoice}
          />
          <Button
            icon={<Plus className="size-4" aria-hidden />}
            pending={add.isPending}
            onClick={() => add.mutate()}
            aria-label={`Add ${title.toLowerCase()} rule`}
          >
            Add
          </Button>
        </div>
      )}
    </Card>
  );
}
