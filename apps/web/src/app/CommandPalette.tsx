import { Dialog as Base } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { type KeyboardEvent, useDeferredValue, useId, useRef, useState } from 'react';
import { errorText } from '../api/errors.ts';
import { api, chainsQuery, integrationsQuery, type ListPage, nameOfUser, schedulesQuery, usersQuery } from '../api/index.ts';
import { startViewingAs, stopViewingAs, useSession, useSignOut } from '../api/session.ts';
import type { AlertGroup } from '../api/types.ts';
import { rolesQuery } from '../features/roles/roles-query.ts';
import { viewableRoles } from '../features/roles/viewable.ts';
import { type Command, useOfferedCommands } from '../lib/commands.ts';
import { fuzzyScore } from '../lib/fuzzy.ts';
import { cx, showToast } from '../ui/index.ts';
import type { NavigationEntry } from './navigation.ts';
import { setTheme } from './theme.ts';

const RECENT = 'tocsin.recent-commands';
const MOST_SHOWN = 60;
const MOST_RECENT = 6;

const readRecent = (): string[] => {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(RECENT) ?? '[]');
    return Array.isArray(stored) ? stored.filter((item) => typeof item === 'string') : [];
  } catch {
    return []; // not ours, or from another version
  }
};
const remember = (label: string): void =>
  localStorage.setItem(RECENT, JSON.stringify([label, ...readRecent().filter((one) => one !== label)].slice(0, MOST_RECENT)));

const whatFails = (text: string, work: Promise<void>): void =>
  void work.catch((error: unknown) => showToast({ kind: 'failed', text, detail: errorText(error) }));

type PaletteProps = { open: boolean; onClose: () => void; entries: readonly NavigationEntry[]; onHelp: () => void };

/** Objects of the organization as commands that open them; read when the palette is first opened. */
function useObjects(typed: string): Command[] {
  const navigate = useNavigate();
  const { routesByPath } = useRouter();
  const { permissions } = useSession();
  const may = (permission: string, path: string) => permissions.includes(permission) && path in routesByPath;
  const users = useQuery({ ...usersQuery, enabled: may('user-settings:read', '/users/$id') });
  const schedules = useQuery({ ...schedulesQuery, enabled: may('schedules:read', '/schedules/$id') });
  const chains = useQuery({ ...chainsQuery, enabled: may('escalation-chains:read', '/escalations/$id') });
  const integrations = useQuery({ ...integrationsQuery, enabled: may('integrations:read', '/integrations/$id') });
  const roles = useQuery({ ...rolesQuery, enabled: may('admin:admin', '/settings/roles') });
  const search = typed.replace(/^#/, '').trim();
  const groups = useQuery({
    queryKey: ['palette-groups', search],
    queryFn: ({ signal }) =>
      api.get<ListPage<AlertGroup>>('/alert_groups', { query: { search, perpage: 8, last_alert: 'false' }, signal }),
    enabled: search.length >= 2 && may('alert-groups:read', '/alert-groups/$id'),
    staleTime: 10_000,
  });
  const open = (group: string, to: string, id: string, label: string, hint?: string): Command => ({
    label,
    group,
    ...(hint === undefined ? {} : { hint }),
    run: () => void navigate({ to, params: { id } } as never),
  });
  return [
    ...(groups.data?.results ?? []).map((one) =>
      open('Alert groups', '/alert-groups/$id', one.id, `#${one.alert_group_number} ${one.title ?? ''}`, one.state),
    ),
    ...(users.data ?? []).map((one) => open('Users', '/users/$id', one.id, nameOfUser(one), one.email)),
    ...(schedules.data ?? []).map((one) => open('Schedules', '/schedules/$id', one.id, one.name)),
    ...(integrations.data ?? []).map((one) => open('Integrations', '/integrations/$id', one.id, one.name, one.type)),
    ...(chains.data ?? []).map((one) => open('Escalation chains', '/escalations/$id', one.id, one.name)),
    ...(roles.data === undefined ? [] : viewableRoles(roles.data)).map((role) => ({
      // A basic and a fixed role may have one name; what was used lately is found again by its label.
      label: `View as ${role.name} (${role.group === 'Custom' ? 'own' : role.group.toLowerCase()} role)`,
      group: 'Roles',
      run: () => whatFails('The role is not viewed', startViewingAs(role.id)),
    })),
  ];
}

function Palette({ onClose, entries, onHelp }: Omit<PaletteProps, 'open'>) {
  const [typed, setTyped] = useState('');
  const wanted = useDeferredValue(typed);
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const offered = useOfferedCommands();
  const objects = useObjects(wanted);
  const [recent] = useState(readRecent);
  const { viewing_as: viewed } = useSession();
  const fixed: Command[] = [
    ...(viewed === null
      ? []
      : [
          {
            label: `Stop viewing as ${viewed.name}`,
            group: 'Tocsin',
            run: () => whatFails('You are still viewing as the role', stopViewingAs()),
          },
        ]),
    ...entries.map(({ label, path }) => ({ label: `Go to ${label}`, group: 'Pages', run: () => void navigate({ to: path }) })),
    { label: 'Keyboard shortcuts', group: 'Tocsin', run: onHelp },
    { label: 'Theme: light', group: 'Tocsin', run: () => setTheme('light') },
    { label: 'Theme: dark', group: 'Tocsin', run: () => setTheme('dark') },
    { label: 'Theme: as the system', group: 'Tocsin', run: () => setTheme('system') },
    { label: 'Sign out', group: 'Tocsin', run: () => void signOut() },
  ];
  const actions = offered.map((command) => ({ group: 'On this page', ...command }));
  const all: Command[] = [...actions, ...fixed, ...objects];
  const matching = (query: string): Command[] =>
    query.trim() === ''
      ? [
          ...actions,
          ...recent.flatMap((label) => {
            const known = [...fixed, ...objects].find((command) => command.label === label);
            return known === undefined ? [] : [{ ...known, group: 'Recent' }];
          }),
          ...fixed.filter(({ label }) => !recent.includes(label)),
        ]
      : all
          // Alert groups were found by the server for what is shown, also by words that their title does not hold.
          .map((command) => ({
            command,
            score:
              fuzzyScore(`${command.label} ${command.hint ?? ''}`, query) ??
              (command.group === 'Alert groups' && query === wanted ? 0.5 : null),
          }))
          .filter((one): one is { command: Command; score: number } => one.score !== null)
          .sort((a, b) => b.score - a.score)
          .slice(0, MOST_SHOWN)
          .map(({ command }) => command);
  const shown = matching(wanted);
  const groups = [...new Set(shown.map(({ group }) => group ?? ''))];
  const ordered = groups.flatMap((group) => shown.filter((command) => (command.group ?? '') === group));
  const at = Math.min(active, Math.max(0, ordered.length - 1));

  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    remember(command.label);
    onClose();
    command.run();
  };
  const move = (to: number) => {
    const next = (to + ordered.length) % Math.max(1, ordered.length);
    setActive(next);
    list.current?.querySelector(`[data-index="${next}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(at + 1);
    else if (event.key === 'ArrowUp') move(at - 1);
    else if (event.key === 'Home') move(0);
    else if (event.key === 'End') move(ordered.length - 1);
    // Who types on and presses Enter means what is typed, not what the list shows until it has caught up.
    else if (event.key === 'Enter') run(typed === wanted ? ordered[at] : matching(typed)[0]);
    else return;
    event.preventDefault();
  };
  let index = -1;
  return (
    <>
      <div className="flex items-center gap-2.5 border-b border-line px-4">
        <Search className="size-4 text-muted" aria-hidden />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={ordered.length === 0 ? undefined : `${id}-${at}`}
          aria-label="Search pages, objects and commands"
          placeholder="Search pages, alert groups, people, commands…"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          className="h-12 min-w-0 flex-1 bg-transparent text-[1.07rem] outline-none"
        />
      </div>
      <div ref={list} id={`${id}-list`} role="listbox" aria-label="Results" className="min-h-0 flex-1 overflow-y-auto p-1.5">
        {groups.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a listbox groups its options by role
          <div key={group} role="group" aria-label={group}>
            <p className="px-2 pt-2 pb-1 text-[0.86rem] font-medium text-muted" aria-hidden>
              {group}
            </p>
            {ordered
              .filter((command) => (command.group ?? '') === group)
              .map((command) => {
                index += 1;
                const mine = index;
                return (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the input holds the focus and its keys choose among the options
                  // biome-ignore lint/a11y/useFocusableInteractive: as above
                  <div
                    key={`${group}${command.label}${command.hint ?? ''}`}
                    role="option"
                    id={`${id}-${mine}`}
                    data-index={mine}
                    aria-selected={mine === at}
                    onPointerMove={() => setActive(mine)}
                    onClick={() => run(command)}
                    className={cx(
                      'flex cursor-pointer items-baseline gap-2 rounded-md px-2 py-1.5',
                      mine === at && 'bg-accent-soft',
                    )}
                  >
                    <span className="truncate">{command.label}</span>
                    {command.hint !== undefined && <span className="truncate text-[0.93rem] text-muted">{command.hint}</span>}
                  </div>
                );
              })}
          </div>
        ))}
        {ordered.length === 0 && <p className="px-3 py-8 text-center text-muted">Nothing matches “{typed}”.</p>}
      </div>
      <p role="status" className="sr-only">
        {ordered.length} results
      </p>
    </>
  );
}

/** Finds pages and objects, and does what can be done here, from the keyboard. */
export default function CommandPalette({ open, onClose, entries, onHelp }: PaletteProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-black/35 dark:bg-black/60" />
        <Base.Popup
          aria-label="Command palette"
          className="fixed inset-x-3 top-[8dvh] z-40 mx-auto flex max-h-[min(34rem,76dvh)] max-w-xl flex-col overflow-hidden rounded-xl border border-line bg-surface shadow-pop outline-none"
        >
          {open && <Palette onClose={onClose} entries={entries} onHelp={onHelp} />}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
