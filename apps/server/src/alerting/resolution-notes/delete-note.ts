import type { ActionDeps } from '../act.ts';
import type { OrgId } from '../alert-group.ts';
import { markNoteDeleted } from './note-store.ts';

/** Takes a note away; its row stays. @returns false when there is none */
export const deleteNote = (deps: Pick<ActionDeps, 'db' | 'clock'>, org: OrgId, id: string): Promise<boolean> =>
  markNoteDeleted(deps.db, org, id, deps.clock.now());
