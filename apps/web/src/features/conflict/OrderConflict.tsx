import type { ReactNode } from 'react';
import { Button } from '../../ui/index.ts';

type Props = {
  mine: readonly string[];
  theirs: readonly string[];
  nameOf: (id: string) => ReactNode;
  onKeep: () => void;
  onOverwrite: () => void;
};

/** Two people put a list in order: shows both orders beside each other, and lets the second choose (web-ui.md 2.6). */
export function OrderConflict({ mine, theirs, nameOf, onKeep, onOverwrite }: Props) {
  return (
    <section
      role="alert"
      aria-label="Changed meanwhile"
      className="mb-3 space-y-3 rounded-lg border border-warn bg-warn-soft p-3"
    >
      <p className="font-medium text-warn">Somebody else has changed the order since you opened it.</p>
      <div className="grid gap-3 rounded-md border border-line bg-surface p-3 sm:grid-cols-2">
        {(
          [
            ['Theirs', theirs],
            ['Yours', mine],
          ] as const
        ).map(([name, ids]) => (
          <div key={name} className="min-w-0">
            <h3 className="font-medium">{name}</h3>
            <ol aria-label={name} className="list-decimal pl-5">
              {ids.map((id) => (
                <li key={id} className="[overflow-wrap:anywhere]">
                  {nameOf(id)}
                </li>
              ))}
            </ol>
          </div>
        ))}
      </div>
      <div className="flex flex-wrap gap-2">
        <Button onClick={onKeep}>Keep theirs</Button>
        <Button onClick={onOverwrite}>Save mine over it</Button>
      </div>
    </section>
  );
}
