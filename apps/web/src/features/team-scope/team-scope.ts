import { useMemo, useSyncExternalStore } from 'react';
import { useSession } from '../../api/session.ts';

/** Stands for what belongs to no team. */
export const NO_TEAM = 'null';

const STORED = 'tocsin.team-scope.';
const EMPTY: readonly string[] = [];
const listeners = new Set<() => void>();
let readText: string | null = null;
let readTeams: readonly string[] = EMPTY;

function read(userId: string): readonly string[] {
  const text = localStorage.getItem(STORED + userId);
  if (text === readText) return readTeams;
  readText = text;
  readTeams = text === null || text === '' ? EMPTY : text.split(',');
  return readTeams;
}
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Whether somebody in this browser looks at some teams only; who that is may not be known yet. */
export const isScopeKept = (): boolean =>
  Object.entries(localStorage).some(([key, value]) => key.startsWith(STORED) && value !== '');

/** What a person looks at, outside of components. */
export const readTeamScope = (userId: string): readonly string[] => read(userId);

/** The teams whose things the person looks at, and `NO_TEAM`; empty: everything. Kept for the person, in this browser. */
export function useTeamScope() {
  const { user } = useSession();
  const teams = useSyncExternalStore(subscribe, () => read(user.id));
  return useMemo(
    () => ({
      teams,
      choose(next: readonly string[]) {
        localStorage.setItem(STORED + user.id, next.join(','));
        for (const listener of listeners) listener();
      },
      /** Whether something of this team, or of none, is looked at. */
      isInScope: (teamId: string | null | undefined): boolean => teams.length === 0 || teams.includes(teamId ?? NO_TEAM),
      /** Whether somebody of these teams is looked at. */
      isMemberInScope: (of: readonly string[] | undefined): boolean =>
        teams.length === 0 ||
        (of === undefined || of.length === 0 ? teams.includes(NO_TEAM) : of.some((id) => teams.includes(id))),
    }),
    [teams, user.id],
  );
}
