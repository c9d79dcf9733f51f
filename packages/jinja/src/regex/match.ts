import { graphemeEnd, holds } from './assertions.ts';
import { caseVariants } from './case-fold.ts';
import type { CharSet } from './char-set.ts';
import { CASE_MODES, UNLIMITED } from './compile.ts';
import { RegexLimitError } from './errors.ts';
import { FailureMemo } from './memo.ts';
import { Op, type Program } from './program.ts';

/** When to give up. Asked every few hundred steps; a step is well below a microsecond. */
export type RegexLimits = { expired(): boolean };

const STEPS_BETWEEN_CHECKS = 256;
/** A search that goes on for so many checks begins to remember where it failed. */
const CHECKS_BEFORE_MEMO = 4;
/** Entries of four numbers on the stack of places to go back to: 32 MiB. */
const MAX_FRAMES = 2_000_000;

/** Kinds of stack entries below zero; from zero on it is the instruction to go on with. */
const UNDO_SLOT = -1;
const UNDO_REGISTER = -2;
const RUN_GREEDY = -3;
const RUN_LAZY = -4;

/**
 * A backtracking matcher with a stack of its own (a long text cannot overflow JavaScript's) that remembers where it failed:
 * where the outcome only depends on the place in pattern and text, a place is tried once. That makes patterns such as
 * `(a+)+b` linear; what is left (back-references, counted groups, look-arounds) is bounded by `limits`.
 */
export class Matcher {
  readonly #program: Program;
  readonly #codes: Int32Array;
  readonly #length: number;
  readonly #limits: RegexLimits | undefined;
  readonly #memo: FailureMemo;
  readonly #registers: Int32Array;
  /** Starts and ends of the groups, -1 for none. Slots 0 and 1 are the match itself. */
  readonly slots: Int32Array;
  #stack = new Int32Array(64);
  #top = 0;
  #fuel = STEPS_BETWEEN_CHECKS;
  #checks = 0;
  #searchStart = 0;
  #skipTo = -1;
  /** An empty match here is not wanted, because the last match ended here. */
  #refuseEmptyAt = -1;

  readonly #remembersAtOnce: boolean;

  /** @param remembersAtOnce remembers failures from the first step on, not only when a search takes some time */
  constructor(program: Program, codes: Int32Array, limits: RegexLimits | undefined, remembersAtOnce = false) {
    this.#remembersAtOnce = remembersAtOnce;
    this.#program = program;
    this.#codes = codes;
    this.#length = codes.length;
    this.#limits = limits;
    this.#registers = new Int32Array(program.registerCount).fill(-1);
    this.slots = new Int32Array(program.groupCount * 2 + 2).fill(-1);
    this.#memo = new FailureMemo(program, codes.length);
  }

  /** Finds the first match from `from` on and leaves it in `slots`. */
  search(from: number, refuseEmptyAt = -1): boolean {
    this.#begin(from, refuseEmptyAt);
    const { firstSet, anchored } = this.#program;
    for (let start = from; start <= this.#length; start++) {
      if (anchored && start > 0) return false;
      if (firstSet !== undefined) {
        start = this.#nextCandidate(firstSet, start);
        if (start < 0) return false;
      }
      if (this.#matchAt(start)) return true;
      if (this.#skipTo > start) start = this.#skipTo - 1;
    }
    return false;
  }

  /** Matches at `at` only. */
  match(at: number): boolean {
    this.#begin(at, -1);
    return this.#matchAt(at);
  }

  #begin(from: number, refuseEmptyAt: number): void {
    this.#checks = 0;
    this.#memo.reset();
    if (this.#remembersAtOnce) this.#memo.start();
    this.#searchStart = from;
    this.#refuseEmptyAt = refuseEmptyAt;
  }

  #nextCandidate(firstSet: CharSet, from: number): number {
    const codes = this.#codes;
    const low = firstSet.low;
    for (let at = from; at < this.#length; at++) {
      const code = codes[at]!;
      if (code < 256 ? low[code] === 1 : firstSet.hasHigh(code)) {
        this.#spend(at - from);
        return at;
      }
    }
    this.#spend(this.#length - from);
    return -1;
  }

  #matchAt(start: number): boolean {
    this.slots.fill(-1);
    this.slots[0] = start;
    this.#top = 0;
    this.#skipTo = -1;
    const end = this.#run(0, start, true);
    if (end < 0) return false;
    this.slots[1] = end;
    return true;
  }

  /** Scanning costs a fraction of a step per character. */
  #spend(characters: number): void {
    this.#fuel -= characters >> 3;
    if (this.#fuel < 0) this.#refuel();
  }

  #refuel(): void {
    this.#fuel = STEPS_BETWEEN_CHECKS;
    this.#checks += 1;
    if (this.#checks >= CHECKS_BEFORE_MEMO) this.#memo.start();
    if (this.#limits?.expired()) throw new RegexLimitError('regular expression takes too long');
  }

  #push(kind: number, x: number, y: number, z: number): void {
    let top = this.#top;
    if (top + 4 > this.#stack.length) {
      if (top >= MAX_FRAMES * 4) throw new RegexLimitError('regular expression needs too much memory');
      const larger = new Int32Array(this.#stack.length * 2);
      larger.set(this.#stack);
      this.#stack = larger;
    }
    const stack = this.#stack;
    stack[top++] = kind;
    stack[top++] = x;
    stack[top++] = y;
    stack[top++] = z;
    this.#top = top;
  }

  #setSlot(slot: number, value: number): void {
    this.#push(UNDO_SLOT, slot, this.slots[slot]!, 0);
    this.slots[slot] = value;
  }

  #setRegister(register: number, value: number): void {
    this.#push(UNDO_REGISTER, register, this.#registers[register]!, 0);
    this.#registers[register] = value;
  }

  /** Runs from an instruction until Accept; gives the position there, or -1. Places to go back to are dropped at the end. */
  #run(startPc: number, startPosition: number, isWhole: boolean): number {
    const { ops, a, b, c, d, sets } = this.#program;
    const codes = this.#codes;
    const length = this.#length;
    const base = this.#top;
    let pc = startPc;
    let pos = startPosition;
    for (;;) {
      if (--this.#fuel < 0) this.#refuel();
      let ok = true;
      switch (ops[pc]) {
        case Op.Char: {
          const forward = b[pc] === 1;
          const at = forward ? pos : pos - 1;
          if (at >= 0 && at < length && codes[at] === a[pc]) {
            pos = forward ? pos + 1 : at;
            pc += 1;
          } else ok = false;
          break;
        }
        case Op.Set: {
          const forward = b[pc] === 1;
          const at = forward ? pos : pos - 1;
          if (at >= 0 && at < length && sets[a[pc]!]!.has(codes[at]!)) {
            pos = forward ? pos + 1 : at;
            pc += 1;
          } else ok = false;
          break;
        }
        case Op.Split:
          if (this.#memo.isOn && this.#memo.seen(pc, pos, this.#registers)) {
            ok = false;
            break;
          }
          this.#push(b[pc]!, pos, 0, 0);
          pc = a[pc]!;
          break;
        case Op.Jump:
          pc = a[pc]!;
          break;
        case Op.Save:
          this.#setSlot(a[pc]!, pos);
          pc += 1;
          break;
        case Op.RunGreedy:
        case Op.RunLazy:
        case Op.RunPossessive: {
          const next = this.#startRun(pc, pos);
          if (next === NO_MATCH) ok = false;
          else {
            pos = next;
            pc += 1;
          }
          break;
        }
        case Op.Enter:
          this.#setRegister(a[pc]!, pos);
          pc += 1;
          break;
        case Op.EmptyCheck:
          pc = this.#registers[a[pc]!] === pos ? b[pc]! : pc + 1;
          break;
        case Op.CountInit:
          this.#setRegister(a[pc]!, b[pc]!);
          pc += 1;
          break;
        case Op.CountLoop:
        case Op.CountLoopLazy: {
          const count = this.#registers[a[pc]!]!;
          const lazy = ops[pc] === Op.CountLoopLazy;
          if (count >= c[pc]!) pc = d[pc]!;
          else if (count < b[pc]!) {
            this.#setRegister(a[pc]!, count + 1);
            pc += lazy ? 2 : 1;
          } else if (lazy) {
            this.#push(pc + 1, pos, 0, 0);
            pc = d[pc]!;
          } else {
            this.#push(d[pc]!, pos, 0, 0);
            this.#setRegister(a[pc]!, count + 1);
            pc += 1;
          }
          break;
        }
        case Op.CountStep:
          this.#setRegister(a[pc]!, this.#registers[a[pc]!]! + 1);
          pc += 1;
          break;
        case Op.CountEmptyCheck: {
          const isDone = this.#registers[b[pc]!] === pos && this.#registers[a[pc]!]! > c[pc]!;
          pc = isDone ? d[pc]! : pc + 1;
          break;
        }
        case Op.Look: {
          const negate = b[pc] === 1;
          const end = this.#runInside(pc + 1, pos, negate);
          ok = end >= 0 !== negate;
          pc = a[pc]!;
          break;
        }
        case Op.Atomic: {
          const end = this.#runInside(pc + 1, pos, false);
          ok = end >= 0;
          pos = end;
          pc = a[pc]!;
          break;
        }
        case Op.Backreference: {
          const end = this.#backreference(pc, pos);
          ok = end >= 0;
          pos = end;
          pc += 1;
          break;
        }
        case Op.IfGroup: {
          const test = a[pc]!;
          const isSet = test < 0 ? this.#registers[-1 - test] === 1 : this.slots[test * 2 + 1]! >= 0;
          pc = isSet ? pc + 1 : b[pc]!;
          break;
        }
        case Op.Assert:
          ok = holds(this.#program.assertions[a[pc]!]!, codes, pos, this.#searchStart);
          pc += 1;
          break;
        case Op.Grapheme: {
          const end = graphemeEnd(codes, pos, b[pc]! as 1 | -1);
          ok = end >= 0;
          pos = end;
          pc += 1;
          break;
        }
        case Op.Prune:
          this.#top = base;
          pc += 1;
          break;
        case Op.Skip:
          this.#top = base;
          this.#skipTo = pos;
          pc += 1;
          break;
        case Op.Keep:
          this.#setSlot(0, pos);
          pc += 1;
          break;
        case Op.Accept:
          if (isWhole && pos === this.#refuseEmptyAt && this.slots[0] === pos) {
            ok = false;
            break;
          }
          if (isWhole) this.#top = base;
          return pos;
        default:
          ok = false;
      }
      if (ok) continue;
      // Back to the last place where there was a choice.
      for (;;) {
        if (this.#top === base) return -1;
        const stack = this.#stack;
        const top = this.#top - 4;
        this.#top = top;
        const kind = stack[top]!;
        const x = stack[top + 1]!;
        const y = stack[top + 2]!;
        const z = stack[top + 3]!;
        if (kind >= 0) {
          pc = kind;
          pos = x;
          break;
        }
        if (kind === UNDO_SLOT) this.slots[x] = y;
        else if (kind === UNDO_REGISTER) this.#registers[x] = y;
        else {
          const next = kind === RUN_GREEDY ? this.#shrinkRun(x, y, z) : this.#growRun(x, y, z);
          if (next !== NO_MATCH) {
            pos = next;
            pc = x + 1;
            break;
          }
        }
      }
    }
  }

  /** Runs the body of a look-around or atomic group: when it matches, only what its groups noted can be undone. */
  #runInside(pc: number, pos: number, forget: boolean): number {
    const before = this.slots.slice();
    const base = this.#top;
    const mark = this.#memo.enter();
    const end = this.#run(pc, pos, false);
    this.#memo.leave(mark, end >= 0);
    this.#top = base;
    if (end < 0 || forget) {
      this.slots.set(before);
      return end;
    }
    for (let slot = 0; slot < before.length; slot++) {
      if (before[slot] !== this.slots[slot]) this.#push(UNDO_SLOT, slot, before[slot]!, 0);
    }
    return end;
  }

  /** Takes as many characters as its kind asks for and notes what else is possible; gives the position behind. */
  #startRun(pc: number, pos: number): number {
    const { ops, a, b, c, d, sets } = this.#program;
    const memo = this.#memo;
    const isUnlimited = c[pc] === UNLIMITED;
    const min = b[pc]!;
    const forward = d[pc] === 1;
    const remembers = memo.isOn && forward;
    if (remembers) {
      if (!isUnlimited) {
        if (memo.seen(pc, pos, this.#registers)) return NO_MATCH;
      } else if (memo.runFailed(pc, pos)) {
        return min === 0 && memo.isInsideEmptyLoop(pc) ? pos : NO_MATCH;
      }
    }
    const available = forward ? this.#length - pos : pos;
    const most = Math.min(available, c[pc]!);
    if (min > available) return NO_MATCH;
    const set = sets[a[pc]!]!;
    const isLazy = ops[pc] === Op.RunLazy;
    const direction = forward ? 1 : -1;
    if (isLazy) {
      if (this.#countRun(set, pos, min, forward) < min) return NO_MATCH;
      const first = pos + min * direction;
      if (min < most || remembers) this.#push(RUN_LAZY, pc, pos, first);
      return first;
    }
    // A run that reaches a known one goes on as that does, and nothing can follow it from in there.
    const known = remembers && isUnlimited ? memo.knownFrom(pc, pos) : Number.POSITIVE_INFINITY;
    const upTo = Math.min(most, known - pos);
    const taken = this.#countRun(set, pos, upTo, forward);
    if (ops[pc] === Op.RunPossessive) {
      const all = taken === upTo && upTo < most ? taken + this.#countRun(set, pos + taken, most - taken, forward) : taken;
      return all < min ? NO_MATCH : pos + all * direction;
    }
    if (taken === known - pos) {
      memo.noteRun(pc, pos, memo.knownTo(pc));
      return this.#shrinkRun(pc, pos + min, Math.min(known + min, memo.knownTo(pc) + 1));
    }
    if (taken < min) return NO_MATCH;
    const last = pos + taken * direction;
    if (remembers && isUnlimited) memo.noteRun(pc, pos, last);
    if (taken === min) return last;
    return this.#shrinkRun(pc, pos + min * direction, last + direction);
  }

  /** How many characters from `pos` on belong to the set, at most `most`. */
  #countRun(set: CharSet, pos: number, most: number, forward: boolean): number {
    const codes = this.#codes;
    const low = set.low;
    let taken = 0;
    if (forward) {
      while (taken < most) {
        const code = codes[pos + taken]!;
        if (code < 256 ? low[code] === 0 : !set.hasHigh(code)) break;
        taken += 1;
      }
    } else {
      while (taken < most && set.has(codes[pos - taken - 1]!)) taken += 1;
    }
    this.#spend(taken);
    return taken;
  }

  /** The next shorter end of a greedy run, from before `end` down to `least`, that what follows can go on from. */
  #shrinkRun(pc: number, least: number, end: number): number {
    const { d, followedBy } = this.#program;
    const direction = d[pc]!;
    let at = end - direction;
    if ((at - least) * direction < 0) return NO_MATCH;
    const follows = followedBy[pc]!;
    if (follows >= 0 && direction === 1) {
      const codes = this.#codes;
      while (at >= least && (at >= this.#length || codes[at] !== follows)) at -= 1;
      this.#spend(end - at);
      if (at < least) return NO_MATCH;
    }
    if (at !== least) this.#push(RUN_GREEDY, pc, least, at);
    return at;
  }

  /** One character more for a lazy run that began at `start` and reached `end`. */
  #growRun(pc: number, start: number, end: number): number {
    const { a, c, d, sets, followedBy } = this.#program;
    const direction = d[pc]!;
    const set = sets[a[pc]!]!;
    const follows = direction === 1 ? followedBy[pc]! : -1;
    const codes = this.#codes;
    let at = end;
    for (;;) {
      const index = direction === 1 ? at : at - 1;
      const taken = (at - start) * direction;
      if (taken >= c[pc]! || index < 0 || index >= this.#length || !set.has(codes[index]!)) {
        this.#spend((at - end) * direction);
        if (c[pc] === UNLIMITED && direction === 1 && this.#memo.isOn) this.#memo.noteRun(pc, start, at);
        return NO_MATCH;
      }
      at += direction;
      if (follows < 0 || codes[at] === follows) break;
    }
    this.#spend((at - end) * direction);
    this.#push(RUN_LAZY, pc, start, at);
    return at;
  }

  #backreference(pc: number, pos: number): number {
    const { a, b, c } = this.#program;
    const start = this.slots[a[pc]! * 2]!;
    const end = this.slots[a[pc]! * 2 + 1]!;
    if (end < 0 || start < 0) return NO_MATCH;
    const size = end - start;
    const from = b[pc] === 1 ? pos : pos - size;
    if (from < 0 || from + size > this.#length) return NO_MATCH;
    this.#spend(size * 8);
    const mode = CASE_MODES[c[pc]!]!;
    for (let offset = 0; offset < size; offset++) {
      const wanted = this.#codes[start + offset]!;
      const found = this.#codes[from + offset]!;
      if (wanted !== found && !caseVariants(wanted, mode).includes(found)) return NO_MATCH;
    }
    return b[pc] === 1 ? pos + size : from;
  }
}

const NO_MATCH = -1;
