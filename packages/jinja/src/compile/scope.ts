import { TemplateAssertionError, TemplateSyntaxError } from '../errors.ts';
import type { NativeFunction } from '../native.ts';
import type { Context, Frame } from '../runtime/state.ts';
import type { Source } from '../source.ts';
import type { Value } from '../values/types.ts';
import { FunctionScope, type Slot, Symbols } from './symbols.ts';

/** Computes an expression. */
export type Evaluate = (f: Frame) => Value;

/** What a statement leaves its surroundings to do. */
export type Outcome = typeof NORMAL | typeof BREAK | typeof CONTINUE;
export const NORMAL = 0;
export const BREAK = 1;
export const CONTINUE = 2;

/** Runs a statement. */
export type Execute = (f: Frame) => Outcome;

/** Runs a block of the template with a frame of its own. */
export type RunBlock = (outer: Frame, context: Context) => void;

/** What all scopes of one template share while it is compiled. */
export interface Unit {
  readonly source: Source;
  readonly filters: ReadonlyMap<string, NativeFunction>;
  readonly tests: ReadonlyMap<string, NativeFunction>;
  readonly blocks: Map<string, RunBlock>;
  /** Whether there are macros or call blocks, which see variables of scopes that have ended. */
  readonly capturing: boolean;
  readonly autoescape: boolean;
}

/** Whether printed values are escaped; `volatile`: known only when rendering. */
export type Escaping = 'on' | 'off' | 'volatile';

/** Where in the template a node is compiled. */
export interface Scope {
  readonly unit: Unit;
  readonly owner: FunctionScope;
  readonly symbols: Symbols;
  readonly escaping: Escaping;
  /** In the template's outermost scope: what is set here, blocks see. */
  readonly topLevel: boolean;
  /** In a branch: filters and tests that do not exist are an error only when they run. */
  readonly soft: boolean;
  /** Inside a loop of the same function, which `break` can leave. */
  readonly inLoop: boolean;
}

/** A scope inside this one, with the same frame. */
export function innerScope(scope: Scope, change: Partial<Scope> = {}): Scope {
  const owner = change.owner ?? scope.owner;
  return { ...scope, topLevel: false, soft: false, symbols: new Symbols(owner, scope.symbols), ...change, owner };
}

/** A scope with a frame of its own. */
export function functionScope(scope: Scope): Scope {
  return innerScope(scope, { owner: new FunctionScope(scope.owner), inLoop: false });
}

export function failAssertion(scope: Scope, message: string, at: number): never {
  throw new TemplateAssertionError(message, scope.unit.source.locate(at));
}

export function failSyntax(scope: Scope, message: string, at: number): never {
  throw new TemplateSyntaxError(message, scope.unit.source.locate(at));
}

/** The frame `hops` functions further out. */
export function outward(f: Frame, hops: number): Frame {
  let frame = f;
  for (let i = 0; i < hops; i++) frame = frame.parent as Frame;
  return frame;
}

/** Reads a slot from the scope's function; undefined while it has no value. */
export function reader(scope: Scope, slot: Slot): (f: Frame) => Value | undefined {
  const { index } = slot;
  const hops = scope.owner.hopsTo(slot);
  if (hops === 0) return (f) => f.vars[index];
  if (hops === 1) return (f) => (f.parent as Frame).vars[index];
  return (f) => outward(f, hops).vars[index];
}

type Enter = (f: Frame) => void;

/** Gives the scope's variables their first values, as its symbols say. */
export function enterScope(scope: Scope): Enter | null {
  const steps: Enter[] = [];
  const empty: number[] = [];
  for (const [slot, load] of scope.symbols.loads) {
    const { index } = slot;
    if (load.how === 'resolve') {
      const { name } = load;
      steps.push((f) => {
        f.vars[index] = f.context.resolve(name);
      });
    } else if (load.how === 'alias') {
      const read = reader(scope, load.from);
      steps.push((f) => {
        f.vars[index] = read(f);
      });
    } else if (load.how === 'undefined') empty.push(index);
  }
  if (empty.length > 0) steps.push((f) => clear(f, empty));
  const [first, second] = steps;
  if (first === undefined) return null;
  if (second === undefined) return first;
  return (f) => {
    for (const step of steps) step(f);
  };
}

/** Takes the variables away again, where a macro could still look. */
export function leaveScope(scope: Scope): Enter | null {
  if (!scope.unit.capturing) return null;
  const slots = [...scope.symbols.loads.keys()].filter(({ owner }) => owner === scope.owner).map(({ index }) => index);
  return slots.length === 0 ? null : (f) => clear(f, slots);
}

function clear(f: Frame, slots: readonly number[]): void {
  for (const index of slots) f.vars[index] = undefined;
}
