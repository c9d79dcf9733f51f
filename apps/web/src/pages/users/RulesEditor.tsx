import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Clock, Mail, Plus, Smartphone, Trash2, Webhook } from 'lucide-react';
import { useState } from 'react';
import { api, errorText } from '../../api/index.ts';
import {
  Button,
  Card,
  ErrorState,
  IconButton,
  moved,
  Select,
  SkeletonRows,
  SortableList,
  showToast,
  TextField,
} from '../../ui/index.ts';
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
const CUSTOM = 'custom';
const MOST_MINUTES = 1_440;
const CHOICES = [
  ...CHANNELS.map((choice) => ({ ...choice, group: 'Notify by' })),
  ...WAITS.map((choice) => ({ ...choice, group: 'Wait' })),
  { value: CUSTOM, label: 'Wait another time…', group: 'Wait' },
];

function textOf(rule: Rule): string {
  if (rule.type !== 'wait') {
    const known = CHANNELS.find(({ value }) => value === rule.type)?.label;
    return `Notify by ${(known ?? rule.type.replace(/^notify_by_/, '').replaceAll('_', ' ')).toLowerCase()}`;
  }
  const minutes = (rule.duration ?? 300) / 60;
  return minutes === 1 ? 'Wait 1 minute' : minutes === 60 ? 'Wait 1 hour' : `Wait ${minutes} minutes`;
}

/** When each channel is used, counted from the page: `0:00 e-mail, 5:00 webhook`. Five seconds pass between two rules. */
function timelineOf(rules: readonly Rule[]): string {
  let seconds = 0;
  const texts: string[] = [];
  for (const rule of rules) {
    if (rule.type === 'wait') seconds += rule.duration ?? 300;
    else {
      const channel = textOf(rule).replace('Notify by ', '');
      texts.push(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} ${channel}`);
    }
    seconds += 5;
  }
  return `After a page: ${texts.join(', ')}.`;
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
          hasOther={rules.data.some((rule) => rule.important !== important)}
          forbidden={forbidden}
        />
      ))}
    </div>
  );
}

type ListProps = {
  userId: string;
  important: boolean;
  rules: readonly Rule[];
  /** Whether the other list has rules, which then stand in for missing ones. */
  hasOther: boolean;
  forbidden: string | null;
};

function RuleList({ userId, important, rules, hasOther, forbidden }: ListProps) {
  const client = useQueryClient();
  const [choice, setChoice] = useState('notify_by_email');
  const [minutes, setMinutes] = useState('10');
  const waitProblem =
    choice !== CUSTOM || (/^\d+$/.test(minutes) && Number(minutes) >= 1 && Number(minutes) <= MOST_MINUTES)
      ? null
      : `A wait has 1 to ${MOST_MINUTES} minutes.`;
  const { queryKey } = rulesQuery(userId);
  // The session tells whether a page would reach its person.
  const refresh = () =>
    Promise.all([client.invalidateQueries({ queryKey }), client.invalidateQueries({ queryKey: ['session'] })]);
  const failed = (text: string) => (error: Error) => showToast({ kind: 'failed', text, detail: errorText(error) });
  const add = useMutation({
    mutationFn: () => {
      const [type, seconds] = choice === CUSTOM ? ['wait', Number(minutes) * 60] : choice.split(' ');
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
      showToast({ kind: 'done', text: 'Rule deleted', action: { label: 'Undo', run: undo } });
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
        <p className="mb-3 rounded-md bg-warn-soft px-3 py-2 text-warn">
          {hasOther
            ? `No rules of its own: the ${important ? 'default' : 'important'} ones are used.`
            : 'No rules: one e-mail goes out, and nothing else.'}
        </p>
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
      {rules.some(({ type }) => type !== 'wait') && <p className="mt-3 text-[0.93rem] text-muted">{timelineOf(rules)}</p>}
      {waitProblem !== null && (
        <p role="alert" className="mt-3 text-danger">
          {waitProblem}
        </p>
      )}
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
          {choice === CUSTOM && (
            <TextField
              label={`Minutes of the new ${title.toLowerCase()} wait`}
              hideLabel
              inputMode="numeric"
              className="w-20"
              value={minutes}
              onChange={setMinutes}
            />
          )}
          <Button
            icon={<Plus className="size-4" aria-hidden />}
            pending={add.isPending}
            disabledReason={waitProblem}
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
