import { Fragment, useState } from 'react';
import { areLettersOn, setLetters, shownKeys, useRegisteredShortcuts } from '../lib/keyboard.tsx';
import { Checkbox, Dialog, Kbd } from '../ui/index.ts';

/** The shortcuts of the current screen. */
export default function HelpSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const shortcuts = useRegisteredShortcuts();
  const [letters, setOn] = useState(areLettersOn);
  const groups = [...new Set(shortcuts.map(({ group }) => group))].sort(
    (a, b) => Number(b === 'This page') - Number(a === 'This page'),
  );
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard shortcuts" width="medium">
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        {groups.map((group) => (
          <section key={group}>
            <h3 className="mb-1.5 font-semibold">{group}</h3>
            <dl className="space-y-1">
              {shortcuts
                .filter((shortcut) => shortcut.group === group)
                .map(({ keys, label }) => (
                  <div key={keys} className="flex items-center justify-between gap-3">
                    <dt className="text-muted">{label}</dt>
                    <dd className="flex shrink-0 gap-1">
                      {shownKeys(keys).map((key) => (
                        <Fragment key={key}>
                          <Kbd>{key}</Kbd>
                        </Fragment>
                      ))}
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <div className="mt-5 border-t border-line pt-3">
        <Checkbox
          label="Single-key shortcuts"
          hint="Switch them off if keys get pressed by accident, for example by speech input."
          checked={letters}
          onChange={(on) => {
            setLetters(on);
            setOn(on);
          }}
        />
      </div>
    </Dialog>
  );
}
