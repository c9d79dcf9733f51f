import { useQuery } from '@tanstack/react-query';
import { UsersRound, X } from 'lucide-react';
import { useState } from 'react';
import { teamsQuery, useCan, useSession } from '../../api/index.ts';
import { Button, Checkbox, Dialog } from '../../ui/index.ts';
import { NO_TEAM, useTeamScope } from './team-scope.ts';

const useTeams = () => useQuery({ ...teamsQuery, enabled: useCan('user-settings:read') }).data ?? [];

function useScopeText(): string {
  const { teams } = useTeamScope();
  const all = useTeams();
  const name = (id: string): string => (id === NO_TEAM ? 'No team' : (all.find((team) => team.id === id)?.name ?? '…'));
  return teams.length > 2 ? `${teams.length} teams` : teams.map(name).join(', ');
}

/** In the header: whose things all lists show. Where there are no teams there is nothing to choose. */
export function TeamScope() {
  const { teams } = useTeamScope();
  const all = useTeams();
  const text = useScopeText();
  const [open, setOpen] = useState(false);
  if (all.length === 0) return null;
  return (
    <>
      <Button
        kind="quiet"
        size="small"
        aria-label={`Teams shown: ${teams.length === 0 ? 'all' : text}`}
        icon={<UsersRound className="size-4 text-muted" aria-hidden />}
        className={teams.length === 0 ? 'text-muted' : 'text-accent'}
        onClick={() => setOpen(true)}
      >
        <span className="max-w-40 truncate max-md:sr-only">{teams.length === 0 ? 'All teams' : text}</span>
      </Button>
      {open && <ScopeDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function ScopeDialog({ onClose }: { onClose: () => void }) {
  const { user } = useSession();
  const { teams, choose } = useTeamScope();
  const all = useTeams();
  const toggle = (id: string, on: boolean) => choose(on ? [...teams, id] : teams.filter((one) => one !== id));
  return (
    <Dialog
      open
      onClose={onClose}
      title="Teams shown"
      description="Lists show what belongs to these teams. Nothing chosen shows everything that you may see."
      footer={
        <>
          <Button onClick={() => choose(user.teams)} disabledReason={user.teams.length === 0 ? 'You are in no team' : null}>
            My teams
          </Button>
          <Button onClick={() => choose([])}>All</Button>
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <div className="space-y-1.5">
        {[...all, { id: NO_TEAM, name: 'No team' }].map(({ id, name }) => (
          <Checkbox key={id} label={name} checked={teams.includes(id)} onChange={(on) => toggle(id, on)} />
        ))}
      </div>
    </Dialog>
  );
}

/** Above a list that is narrowed, so that it is never taken for all. */
export function TeamScopeChip() {
  const { teams, choose } = useTeamScope();
  const text = useScopeText();
  if (teams.length === 0) return null;
  return (
    <p className="mb-3">
      <span className="inline-flex items-center gap-1 rounded-full bg-accent-soft py-0.5 pr-1 pl-3 text-[0.93rem] font-medium text-accent">
        Only {text}
        <button
          type="button"
          aria-label="Show all teams"
          className="rounded-full p-1 hover:bg-hover pointer-coarse:p-2.5"
          onClick={() => choose([])}
        >
          <X className="size-3.5" aria-hidden />
        </button>
      </span>
    </p>
  );
}
