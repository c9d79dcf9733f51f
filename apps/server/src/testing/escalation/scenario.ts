import type { PersonSpec, StepSpec } from './world.ts';

/** Something that happens `at` seconds after the beginning, once everything that is due until then has run. Groups are named by number. */
export type ScenarioEvent = { at: number } & (
  | { do: 'alert'; key: string; chain: string | null }
  | { do: 'acknowledge' | 'unacknowledge' | 'resolve' | 'unresolve' | 'unsilence'; group: number; by: string }
  | { do: 'silence'; group: number; by: string; seconds: number | null }
  | { do: 'source'; group: number; signal: 'acknowledge' | 'resolve' }
  | { do: 'attach'; group: number; root: number; by: string }
  | { do: 'unattach'; group: number; by: string }
  | { do: 'page'; group: number; user: string; important: boolean; by: string }
  | { do: 'unpage'; group: number; user: string; by: string }
  | { do: 'delete_rule'; user: string; important: boolean; index: number }
  | { do: 'steps'; chain: string; steps: readonly StepSpec[] }
  | { do: 'delete_chain'; chain: string }
  | { do: 'delete_team'; team: string }
  | { do: 'deactivate'; user: string }
  | { do: 'mode'; mode: 'debug' | 'maintenance' | null }
  /** Nothing runs until then: every process is down. */
  | { do: 'down'; until: number }
);

export type Scenario = {
  /** When it begins; 2026-03-02 09:00 UTC unless told otherwise. */
  begins?: string;
  people: Readonly<Record<string, PersonSpec>>;
  teams?: Readonly<Record<string, readonly string[]>>;
  /** Who is on call by each schedule, from which second on. */
  schedules?: Readonly<Record<string, readonly { from: number; users: readonly string[] }[]>>;
  chains: Readonly<Record<string, readonly StepSpec[]>>;
  /** Whose turn it was last at the chain's first round robin. */
  lastTurn?: Readonly<Record<string, string>>;
  events: readonly ScenarioEvent[];
  /** How long to look, in seconds; a day after the last event unless told otherwise. */
  until?: number;
};

export const BEGINS = '2026-03-02T09:00:00Z';

export const endOf = (scenario: Scenario): number =>
  scenario.until ?? Math.max(0, ...scenario.events.map((event) => ('until' in event ? event.until : event.at))) + 86_400;

/** Who is on call at a second. */
export function onCallAt(scenario: Scenario, schedule: string, seconds: number): readonly string[] | null {
  const rota = scenario.schedules?.[schedule];
  return rota === undefined ? null : (rota.filter(({ from }) => from <= seconds).at(-1)?.users ?? []);
}

/** Pages in a short notation, in the order of time: `306 Jonas phone_call`; groups are named from the second one on. */
export const inShort = (pages: readonly { at: number; user: string; channel: string; group: number }[]): string[] =>
  [...pages]
    .sort((a, b) => a.at - b.at || a.group - b.group || (a.user < b.user ? -1 : a.user > b.user ? 1 : 0))
    .map(({ at, user, channel, group }) => `${at} ${user} ${channel}${group === 1 ? '' : ` #${group}`}`);
