import type { AlertGroup } from '../../api/types.ts';

/** What happens next (web-ui.md 6.4). */
export function Plan({ group: _group }: { group: AlertGroup }) {
  return null;
}
