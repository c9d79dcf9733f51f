import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, errorText, type Integration } from '../../api/index.ts';
import { Badge, Button, Select } from '../../ui/index.ts';
import { typeQuery } from './queries.ts';
import { type Sample, samplesQuery } from './samples.ts';

type Verdict = { sample: Sample; holds: boolean; text: string };

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Says for which of the alerts that came lately the condition of a route holds, as it is typed. */
export function RouteTrial({ integration, term }: { integration: Integration; term: string }) {
  const { data = [], isLoading } = useQuery(samplesQuery(integration.id));
  const { data: type } = useQuery(typeQuery(integration.type));
  const [chosen, setChosen] = useState<string | null>(null);
  const recent = data.filter(({ payload }) => isObject(payload));
  const id = chosen ?? (recent.length > 0 ? 'recent' : 'example');
  const one = recent.find((sample) => sample.id === id);
  const example: Sample = { id: 'example', title: 'The example of the type', payload: type?.demo_alert_payload ?? {} };
  const samples = id === 'recent' ? recent : [one ?? example];
  const trial = useMutation({
    mutationFn: ({ body, on }: { id: string; body: string; on: readonly Sample[] }): Promise<Verdict[]> =>
      Promise.all(
        on.map(async (sample) => {
          const answer = await api.post<{ preview: string | null; is_truthy?: boolean }>('/integrations/{id}/preview_template', {
            path: { id: integration.id },
            body: { template_name: 'route', template_body: body, payload: sample.payload },
          });
          return { sample, holds: answer.is_truthy === true, text: answer.preview ?? '' };
        }),
      ),
  });
  // What was found holds for what was asked, not for what was typed or chosen since.
  const isCurrent = trial.variables?.body === term && trial.variables.id === id;
  const verdicts = isCurrent ? (trial.data ?? null) : null;
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-0 flex-1 basis-48">
          <Select
            label="Try it on"
            value={id}
            onChange={setChosen}
            options={[
              ...(recent.length > 0
                ? [
                    {
                      value: 'recent',
                      label: recent.length === 1 ? 'The newest alert group' : `The ${recent.length} newest alert groups`,
                    },
                  ]
                : []),
              ...recent.map(({ id: value, title }) => ({ value, label: title, group: 'One of them' })),
              { value: 'example', label: example.title, group: 'Others' },
            ]}
          />
        </div>
        <Button pending={trial.isPending || isLoading} onClick={() => trial.mutate({ id, body: term, on: samples })}>
          Try
        </Button>
      </div>
      <p role="status">
        {verdicts !== null && sentenceOf(verdicts, id)}
        {isCurrent && trial.error !== null && errorText(trial.error)}
      </p>
      {verdicts !== null && verdicts.length > 1 && (
        <details>
          <summary className="cursor-pointer text-muted">Which</summary>
          <ul aria-label="Tried on" className="mt-1 divide-y divide-line rounded-md border border-line">
            {verdicts.map(({ sample, holds }) => (
              <li key={sample.id} className="flex items-center gap-2 px-2 py-1">
                <span className="w-11 shrink-0">
                  <Badge tone={holds ? 'ok' : 'quiet'}>{holds ? 'true' : 'false'}</Badge>
                </span>
                <span className="min-w-0 [overflow-wrap:anywhere]">{sample.title}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function sentenceOf(verdicts: readonly Verdict[], id: string): string {
  if (id === 'recent' && verdicts.length > 1)
    return `It holds for ${verdicts.filter(({ holds }) => holds).length} of the last ${verdicts.length}.`;
  const [only] = verdicts;
  if (only?.holds === true) return 'It holds.';
  return `It does not hold: ${only === undefined || only.text === '' ? 'nothing came out' : only.text}`;
}
