import { useQuery } from '@tanstack/react-query';
import { errorText } from '../../api/errors.ts';
import { Button, SkeletonRows } from '../../ui/index.ts';
import { type EditGuard, isConflict, isSame } from './use-edit-guard.ts';

type Props = {
  guard: EditGuard;
  /** Of the save. */
  error: unknown;
  /** What would be saved, by the API's names. */
  mine: Readonly<Record<string, unknown>>;
  /** How fields are called in the form; others are named as in the API. */
  names: Readonly<Record<string, string>>;
  /** How a value reads; JSON where this is left out. */
  show?: (field: string, value: unknown) => string;
  onOverwrite: () => void;
  onDiscard: () => void;
};

const text = (value: unknown): string =>
  value === null || value === undefined || value === '' ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

/** Shows what somebody else has saved meanwhile beside what was typed, and lets the person choose (web-ui.md 2.6). */
export function ConflictView(props: Props) {
  return isConflict(props.error) ? <Conflict {...props} /> : null;
}

function Conflict({ guard, mine, names, show = (_field, value) => text(value), onOverwrite, onDiscard }: Props) {
  const theirs = useQuery({ queryKey: ['conflict'], queryFn: () => guard.readNow(), gcTime: 0, staleTime: 0 });
  if (theirs.isPending) return <SkeletonRows rows={2} label="Reading what was saved meanwhile" />;
  if (theirs.isError) return <p className="text-danger">{errorText(theirs.error)}</p>;
  const rows = Object.keys(mine).filter((field) => {
    const now = theirs.data[field];
    return field in theirs.data && (!isSame(now, mine[field]) || (guard.base !== null && !isSame(now, guard.base[field])));
  });
  return (
    <section role="alert" aria-label="Changed meanwhile" className="space-y-3 rounded-lg border border-warn bg-warn-soft p-3">
      <p className="font-medium text-warn">Somebody else has saved this since you opened it.</p>
      <div className="overflow-x-auto rounded-md border border-line bg-surface">
        <table className="w-full text-left text-[0.93rem]">
          <caption className="sr-only">What differs</caption>
          <thead>
            <tr className="border-b border-line text-muted">
              <th scope="col" className="px-2 py-1 font-medium">
                Field
              </th>
              <th scope="col" className="px-2 py-1 font-medium">
                Before
              </th>
              <th scope="col" className="px-2 py-1 font-medium">
                Theirs
              </th>
              <th scope="col" className="px-2 py-1 font-medium">
                Yours
              </th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {rows.map((field) => (
              <tr key={field} className="[overflow-wrap:anywhere]">
                <th scope="row" className="px-2 py-1 font-medium">
                  {names[field] ?? field}
                </th>
                <td className="px-2 py-1 text-muted">{show(field, guard.base?.[field])}</td>
                <td className="px-2 py-1">{show(field, theirs.data[field])}</td>
                <td className="px-2 py-1">{show(field, mine[field])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button onClick={onDiscard}>Keep theirs</Button>
        <Button
          onClick={() => {
            guard.accept();
            onOverwrite();
          }}
        >
          Save mine over it
        </Button>
      </div>
    </section>
  );
}
