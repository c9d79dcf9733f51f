import { BEGINS, endOf, onCallAt, type Scenario, type ScenarioEvent } from './scenario.ts';
import type { PersonSpec, RuleSpec, StepSpec } from './world.ts';

/** A page that the specification asks for. */
export type PredictedPage = { at: number; user: string; channel: string; group: number };

type List = { important: boolean; paged: boolean; rules: 'default' | 'important'; next: number; dueAt: number };
type Run = {
  steps: readonly StepSpec[];
  chain: string;
  position: number;
  jumps: Map<number, number>;
  dueAt: number | null;
  paused: boolean;
};
type Group = {
  number: number;
  key: string;
  chain: string | null;
  state: 'firing' | 'acknowledged' | 'silenced' | 'resolved';
  silencedUntil: number | null;
  silencedByRoot: boolean;
  open: boolean;
  root: number | null;
  alerts: number[];
  run: Run | null;
  lists: Map<string, List>;
};

const DAY = 86_400;
const RESTART = 10;
const STEP = 5;

/**
 * What escalation.md sections 1 to 3 say must be sent, computed in seconds and plain objects. It shares no code with the engine: where
 * the two differ, one of them is wrong.
 */
export function predict(scenario: Scenario, startDelaySeconds = 1): PredictedPage[] {
  return new Oracle(scenario, startDelaySeconds).run();
}

class Oracle {
  readonly pages: PredictedPage[] = [];
  readonly groups: Group[] = [];
  readonly people: Map<string, PersonSpec & { active: boolean }>;
  readonly chains: Map<string, readonly StepSpec[]>;
  readonly teams: Map<string, readonly string[]>;
  readonly turns = new Map<StepSpec, string>();
  readonly gone = new Set<StepSpec>();
  readonly scenario: Scenario;
  readonly startDelay: number;
  readonly beginsAt: number;
  now = 0;
  mode: 'debug' | 'maintenance' | null = null;

  constructor(scenario: Scenario, startDelay: number) {
    this.scenario = scenario;
    this.startDelay = startDelay;
    this.people = new Map(Object.entries(scenario.people).map(([name, spec]) => [name, { ...spec, active: true }]));
    this.chains = new Map(Object.entries(scenario.chains));
    this.teams = new Map(Object.entries(scenario.teams ?? {}));
    this.beginsAt = (new Date(scenario.begins ?? BEGINS).getTime() / 1_000) % DAY;
  }

  run(): PredictedPage[] {
    for (const event of [...this.scenario.events].sort((a, b) => a.at - b.at)) {
      if (this.now <= event.at) this.advance(event.at);
      if (event.do === 'down') this.now = event.until;
      else this.happen(event);
    }
    this.advance(endOf(this.scenario));
    return this.pages;
  }

  /** Carries out what is due until `until`, the earliest first; at one instant silences end, then steps run, then rules. */
  advance(until: number): void {
    for (;;) {
      const due = this.groups.flatMap((group): { at: number; order: number; work: () => void }[] => [
        ...(group.state === 'silenced' && group.silencedUntil !== null && group.root === null
          ? [{ at: group.silencedUntil, order: 0, work: () => this.fireAgain(group) }]
          : []),
        ...(group.run?.dueAt != null ? [{ at: group.run.dueAt, order: 1, work: () => this.step(group) }] : []),
        ...[...group.lists].map(([user, list]) => ({ at: list.dueAt, order: 2, work: () => this.rule(group, user, list) })),
      ]);
      due.sort((a, b) => Math.max(a.at, this.now) - Math.max(b.at, this.now) || a.order - b.order || a.at - b.at);
      const first = due[0];
      if (first === undefined || first.at > until) break;
      this.now = Math.max(this.now, first.at);
      first.work();
    }
    this.now = Math.max(this.now, until);
  }

  happen(event: ScenarioEvent): void {
    switch (event.do) {
      case 'alert':
        this.alert(event.key, event.chain);
        return;
      case 'delete_rule':
        this.deleteRule(event.user, event.important ? 'important' : 'default', event.index);
        return;
      case 'steps':
        this.forgetTurns(event.chain);
        this.chains.set(event.chain, event.steps);
        return;
      case 'delete_chain':
        this.forgetTurns(event.chain);
        this.chains.delete(event.chain);
        return;
      case 'delete_team':
        this.teams.delete(event.team);
        return;
      case 'deactivate': {
        const person = this.people.get(event.user);
        if (person !== undefined) person.active = false;
        return;
      }
      case 'mode':
        this.mode = event.mode;
        return;
      case 'down':
        return;
      default:
        this.act(event, this.groups[event.group - 1]);
    }
  }

  /** Lists that are beyond the rule go on where they are. */
  deleteRule(user: string, which: 'default' | 'important', index: number): void {
    const person = this.people.get(user);
    if (person === undefined) return;
    person[which] = (person[which] ?? []).filter((_, i) => i !== index);
    for (const { lists } of this.groups) {
      const list = lists.get(user);
      if (list !== undefined && list.rules === which && index < list.next) list.next -= 1;
    }
  }

  alert(key: string, chain: string | null): void {
    const open = this.groups.find((group) => group.key === key && group.open);
    if (open !== undefined) {
      open.alerts.push(this.now);
      if (open.run?.paused === true && open.state === 'firing' && open.root === null) open.run.dueAt ??= this.now + 1;
      return;
    }
    const group: Group = {
      number: this.groups.length + 1,
      key,
      chain,
      state: 'firing',
      silencedUntil: null,
      silencedByRoot: false,
      open: true,
      root: null,
      alerts: [this.now],
      run: null,
      lists: new Map(),
    };
    this.groups.push(group);
    this.startRun(group, this.startDelay);
  }

  act(event: Extract<ScenarioEvent, { group: number }>, group: Group | undefined): void {
    if (group === undefined) return;
    const children = () => this.groups.filter(({ root }) => root === group.number);
    switch (event.do) {
      case 'page':
        if (group.state === 'resolved') return;
        this.startList(group, event.user, event.important, true);
        return;
      case 'unpage':
        group.lists.delete(event.user);
        return;
      case 'attach': {
        const root = this.groups[event.root - 1];
        if (root === undefined || root === group || root.root !== null || root.state === 'resolved' || group.root !== null)
          return;
        if (children().length > 0) return;
        this.end(group, null, false);
        group.root = root.number;
        if (group.state === 'resolved' || group.state === root.state) return;
        group.state = root.state;
        group.silencedUntil = null;
        group.silencedByRoot = root.state === 'silenced';
        return;
      }
      case 'unattach': {
        if (group.root === null) return;
        group.root = null;
        if (group.state === 'silenced' && group.silencedByRoot) this.fire(group);
        else if (group.state === 'firing') this.startRun(group, RESTART);
        return;
      }
      case 'source':
        if (this.source(group, event.signal) && group.root === null)
          for (const child of children()) this.source(child, event.signal);
        return;
      default: {
        if (event.do === 'acknowledge' && group.state === 'acknowledged') {
          if (group.lists.get(event.by)?.paged === true) group.lists.delete(event.by);
          return;
        }
        if (!this.allowed(event, group)) return;
        this.change(event, group);
        for (const child of children()) this.change(event, child);
      }
    }
  }

  /** What the public API lets through. */
  allowed(event: Extract<ScenarioEvent, { group: number }>, group: Group): boolean {
    if (group.root !== null) return false;
    switch (event.do) {
      case 'acknowledge':
        return group.state === 'firing' || group.state === 'silenced';
      case 'unacknowledge':
        return group.state === 'acknowledged';
      case 'resolve':
        return group.state !== 'resolved';
      case 'unresolve':
        return group.state === 'resolved';
      case 'silence':
        return group.state === 'firing' || group.state === 'silenced';
      default:
        return group.state === 'silenced';
    }
  }

  change(event: Extract<ScenarioEvent, { group: number }>, group: Group): void {
    switch (event.do) {
      case 'acknowledge':
        if (group.state === 'acknowledged') return;
        if (group.state === 'resolved') this.reopen(group);
        group.state = 'acknowledged';
        this.end(group, event.by, true);
        return;
      case 'resolve':
        this.resolve(group);
        return;
      case 'silence':
        if (group.state === 'resolved') this.reopen(group);
        group.state = 'silenced';
        group.silencedUntil = event.seconds === null ? null : this.now + event.seconds;
        group.silencedByRoot = false;
        this.end(group, event.by, true);
        return;
      case 'unacknowledge':
        if (group.state === 'acknowledged') this.fire(group);
        return;
      case 'unresolve':
        if (group.state !== 'resolved') return;
        this.reopen(group);
        this.fire(group);
        return;
      case 'unsilence':
        if (group.state === 'silenced') this.fire(group);
        return;
      default:
        return;
    }
  }

  source(group: Group, signal: 'acknowledge' | 'resolve'): boolean {
    if (group.state === 'resolved' || (signal === 'acknowledge' && group.state === 'acknowledged')) return false;
    if (signal === 'resolve') this.resolve(group);
    else {
      group.state = 'acknowledged';
      this.end(group, null, true);
    }
    return true;
  }

  resolve(group: Group): void {
    if (group.state === 'resolved') return;
    group.state = 'resolved';
    group.open = false;
    this.end(group, null, false);
    const waiting = this.groups.filter((other) => other.key === group.key && other.state !== 'resolved').at(-1);
    if (waiting !== undefined && !this.groups.some((other) => other.key === group.key && other.open)) waiting.open = true;
  }

  reopen(group: Group): void {
    group.open = !this.groups.some((other) => other !== group && other.key === group.key && other.open);
  }

  fireAgain(group: Group): void {
    this.fire(group);
    for (const child of this.groups) if (child.root === group.number && child.state === 'silenced') this.fire(child);
  }

  fire(group: Group): void {
    group.state = 'firing';
    group.silencedUntil = null;
    if (group.root === null) this.startRun(group, RESTART);
  }

  /** Ends what runs for a group; a run that is paused keeps its place. People added by hand go on where `keepPaged`, but for the actor. */
  end(group: Group, actor: string | null, keepPaged: boolean): void {
    if (group.run !== null) group.run.dueAt = null;
    if (group.run?.paused !== true) group.run = null;
    for (const [user, list] of group.lists) if (!keepPaged || !list.paged || user === actor) group.lists.delete(user);
  }

  startRun(group: Group, delay: number): void {
    if (this.mode !== null || group.root !== null) {
      group.run = null;
      return;
    }
    if (group.run?.paused === true) {
      group.run.dueAt = this.now + delay;
      return;
    }
    const steps = group.chain === null ? undefined : this.chains.get(group.chain);
    group.run =
      steps === undefined
        ? null
        : { steps, chain: group.chain ?? '', position: 0, jumps: new Map(), dueAt: this.now + delay, paused: false };
  }

  step(group: Group): void {
    const { run } = group;
    if (run === null) return;
    const step = run.steps[run.position];
    run.paused = false;
    if (step === undefined) {
      group.run = null;
      return;
    }
    const notify = (users: readonly string[], important: boolean | undefined) => {
      for (const user of new Set(users))
        if (this.people.get(user)?.active === true) this.startList(group, user, important === true, false);
    };
    let nextAt = this.now + STEP;
    switch (step.do) {
      case 'notify':
        notify(step.users, step.important);
        break;
      case 'team':
        notify(this.teams.get(step.team) ?? [], step.important);
        break;
      case 'schedule':
        notify(onCallAt(this.scenario, step.schedule, this.now) ?? [], step.important);
        break;
      case 'round_robin':
        notify(this.turn(run.chain, step, step.users), step.important);
        break;
      case 'wait':
        nextAt = (run.dueAt ?? this.now) + (step.seconds ?? 300);
        break;
      case 'window':
        nextAt = this.now + this.untilOpen(step.from, step.to);
        break;
      case 'threshold':
        if (step.alerts !== null && step.minutes !== null && this.recent(group, step.minutes) <= step.alerts) {
          run.paused = true;
          run.dueAt = null;
          return;
        }
        break;
      case 'repeat': {
        const jumps = run.jumps.get(run.position) ?? 0;
        if (jumps < 5) {
          run.jumps.set(run.position, jumps + 1);
          run.position = -1;
        }
        break;
      }
      case 'resolve':
        group.run = null;
        this.resolve(group);
        for (const child of this.groups) if (child.root === group.number) this.resolve(child);
        return;
      default:
        break;
    }
    run.position += 1;
    run.dueAt = nextAt;
  }

  /** Steps that are no longer there keep no turn: runs that began from them start with the first each time. */
  forgetTurns(chain: string): void {
    for (const step of this.chains.get(chain) ?? []) this.gone.add(step);
  }

  /** Each step remembers whose turn it was. */
  turn(chain: string, step: StepSpec, users: readonly string[]): string[] {
    const names = [...users].sort();
    const last = this.gone.has(step) ? null : (this.turns.get(step) ?? this.scenario.lastTurn?.[chain]);
    const start = names.indexOf(last ?? '') + 1;
    const next = names
      .map((_, i) => names[(start + i) % names.length])
      .find((name) => name !== undefined && this.people.get(name)?.active === true && this.people.get(name)?.role !== 'viewer');
    if (next === undefined) return [];
    this.turns.set(step, next);
    return [next];
  }

  recent(group: Group, minutes: number): number {
    const newest = group.alerts.at(-1) ?? 0;
    return group.alerts.filter((at) => at >= newest - minutes * 60).length;
  }

  untilOpen(from: string | null, to: string | null): number {
    const seconds = (text: string | null): number => {
      const [hours = Number.NaN, minutes = 0, rest = 0] = (text ?? '')
        .replace('Z', '')
        .split(':')
        .map((part) => (part === '' ? Number.NaN : Number(part)));
      return hours * 3_600 + minutes * 60 + rest;
    };
    const [start, end] = [seconds(from), seconds(to)];
    if (Number.isNaN(start) || Number.isNaN(end)) return STEP;
    const time = (this.beginsAt + this.now) % DAY;
    const open = start < end ? time >= start && time < end : start > end ? time >= start || time < end : time === start;
    return open ? STEP : (start - time + DAY) % DAY;
  }

  startList(group: Group, user: string, important: boolean, paged: boolean): void {
    const person = this.people.get(user);
    group.lists.delete(user);
    if (person === undefined || !person.active || person.role === 'viewer') return;
    if (group.root !== null || group.state === 'resolved') return;
    const has = (rules: readonly RuleSpec[] | undefined) => (rules?.length ?? 0) > 0;
    if (!has(person.default) && !has(person.important)) {
      this.pages.push({ at: this.now, user, channel: 'email', group: group.number });
      return;
    }
    const wanted = important ? person.important : person.default;
    const rules = has(wanted) === important ? 'important' : 'default';
    const list: List = { important, paged, rules, next: 0, dueAt: this.now };
    group.lists.set(user, list);
    this.rule(group, user, list);
  }

  rule(group: Group, user: string, list: List): void {
    const person = this.people.get(user);
    const rule = person?.active === true ? person[list.rules]?.[list.next] : undefined;
    if (rule === undefined) {
      group.lists.delete(user);
      return;
    }
    list.next += 1;
    list.dueAt = typeof rule === 'string' ? this.now + STEP : list.dueAt + rule.wait + STEP;
    if (typeof rule === 'string') this.pages.push({ at: this.now, user, channel: rule, group: group.number });
  }
}
