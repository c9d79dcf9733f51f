import type { Ref } from 'react';
import type { AlertGroup } from '../../api/types.ts';

/** Who was asked to come (web-ui.md 6.3). */
export function Responders({ group: _group, addRef: _addRef }: { group: AlertGroup; addRef: Ref<HTMLButtonElement> }) {
  return null;
}
