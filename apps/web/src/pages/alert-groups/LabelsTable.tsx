const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function pairsOf(value: unknown): [string, string][] {
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, one]): [string, string][] =>
    typeof one === 'string' || typeof one === 'number' ? [[name, String(one)]] : [],
  );
}

/** Labels and annotations of payloads in the form of Alertmanager, as a table. */
export function LabelsTable({ payload }: { payload: unknown }) {
  if (!isRecord(payload)) return null;
  const groups = [
    ['Labels', pairsOf(payload.commonLabels ?? payload.groupLabels)],
    ['Annotations', pairsOf(payload.commonAnnotations)],
  ] as const;
  return groups.map(([title, pairs]) =>
    pairs.length === 0 ? null : (
      <details key={title} className="rounded-md border border-line">
        <summary className="px-3 py-1.5 font-medium">
          {title} <span className="font-normal text-muted">{pairs.length}</span>
        </summary>
        <dl className="grid grid-cols-[minmax(6rem,auto)_1fr] gap-x-4 gap-y-1 border-t border-line px-3 py-2 text-[0.93rem]">
          {pairs.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="font-mono text-muted">{name}</dt>
              <dd dir="auto" className="[overflow-wrap:anywhere]">
                {value}
              </dd>
            </div>
          ))}
        </dl>
      </details>
    ),
  );
}
