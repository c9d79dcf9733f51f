import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { errorText, type Integration } from '../../../api/index.ts';
import type { Option } from '../../../ui/index.ts';
import { sampleQuery, samplesQuery } from '../samples.ts';

export type Payloads = {
  /** The alert group that the payload is of, `example` or `pasted`. */
  id: string;
  options: Option[];
  /** As JSON; empty while it is fetched. */
  text: string;
  value: unknown;
  /** Why `text` cannot be used. */
  problem: string | null;
  isPending: boolean;
  /** The address names an alert group that cannot be shown. */
  isLost: boolean;
  choose: (id: string) => void;
  paste: (text: string) => void;
};

/**
 * The payloads that can be tried: what came lately, the type's example, a pasted one.
 * @param linked alert group of the address, or `example`; the newest alert group without it
 * @param onLink puts another choice into the address
 */
export function usePayloads(
  integration: Integration,
  example: unknown,
  linked: string | undefined,
  onLink: (id: string) => void,
): Payloads {
  const recent = useQuery(samplesQuery(integration.id));
  const known = recent.data ?? [];
  const isElsewhere = linked !== undefined && linked !== 'example' && known.every(({ id }) => id !== linked);
  const older = useQuery({
    ...sampleQuery(integration.id, linked ?? ''),
    enabled: isElsewhere && !recent.isLoading,
  });
  const [pasted, setPasted] = useState<string | null>(null);
  const samples = isElsewhere && older.data != null ? [older.data, ...known] : known;
  const isLost = isElsewhere && (older.data === null || older.isError);
  const wanted = linked === undefined || isLost ? (samples[0]?.id ?? 'example') : linked;
  const id = pasted === null ? wanted : 'pasted';
  const isPending = pasted === null && (recent.isLoading || older.isLoading);
  const sample = samples.find((one) => one.id === id)?.payload ?? example;
  const text = pasted ?? (isPending ? '' : JSON.stringify(sample, null, 2));
  const { value, problem } = parsed(text);
  return {
    id,
    options: [
      ...samples.map(({ id: group, title }) => ({ value: group, label: title, group: 'Received' })),
      { value: 'example', label: 'The example of the type', group: 'Others' },
      { value: 'pasted', label: 'My own', group: 'Others' },
    ],
    text,
    value,
    problem: isPending ? null : problem,
    isPending,
    isLost,
    choose: (choice) => {
      setPasted(choice === 'pasted' ? text : null);
      if (choice !== 'pasted') onLink(choice);
    },
    paste: setPasted,
  };
}

function parsed(text: string): { value: unknown; problem: string | null } {
  try {
    return { value: JSON.parse(text) as unknown, problem: null };
  } catch (error) {
    return { value: {}, problem: `This is not JSON: ${errorText(error)}` };
  }
}
