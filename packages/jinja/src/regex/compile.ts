import type { LookNode, ParsedPattern, RegexNode } from './ast.ts';
import type { CaseMode } from './case-fold.ts';
import { CharSet, type SetExpression } from './char-set.ts';
import { RegexSyntaxError } from './errors.ts';
import { width } from './measure.ts';
import { analyse } from './prefix.ts';
import { type Assertion, type MemoPoint, Op, type Program } from './program.ts';

/** A pattern that unrolls to more instructions than this is refused. */
const MAX_INSTRUCTIONS = 60_000;
/** Counted groups are written out when that makes no more instructions than this. */
const MAX_UNROLLED = 2_000;
/** How a back-reference compares, by its operand. */
export const CASE_MODES: readonly CaseMode[] = ['exact', 'ascii', 'regex', 're'];
/** Stands for "no upper limit" in an instruction. */
export const UNLIMITED = 0x7fff_ffff;
/** Loops around a memo point whose bodies may match nothing: each doubles the states to remember. */
const MAX_MEMO_REGISTERS = 3;

/** Translates a parsed pattern to instructions. */
export function compileProgram(pattern: ParsedPattern): Program {
  return new Compiler(pattern).compile();
}

type LoopContext = { memo: boolean; registers: readonly number[] };

class Compiler {
  readonly #pattern: ParsedPattern;
  readonly #ops: number[] = [];
  readonly #a: number[] = [];
  readonly #b: number[] = [];
  readonly #c: number[] = [];
  readonly #d: number[] = [];
  readonly #sets: CharSet[] = [];
  readonly #setIndexes = new Map<string, number>();
  readonly #assertions: Assertion[] = [];
  readonly #memo: (MemoPoint | undefined)[] = [];
  #memoCount = 0;
  #registers = 0;
  #direction: 1 | -1 = 1;
  #loops: LoopContext;

  constructor(pattern: ParsedPattern) {
    this.#pattern = pattern;
    // What a back-reference or a condition sees depends on more than the place in pattern and text.
    this.#loops = { memo: !dependsOnHistory(pattern.root), registers: [] };
  }

  compile(): Program {
    const { root, groupCount } = this.#pattern;
    this.#node(root);
    this.#emit(Op.Accept);
    const points = new Map<number, MemoPoint>();
    this.#memo.forEach((point, pc) => {
      if (point !== undefined) points.set(pc, point);
    });
    return {
      ops: Uint8Array.from(this.#ops),
      a: Int32Array.from(this.#a),
      b: Int32Array.from(this.#b),
      c: Int32Array.from(this.#c),
      d: Int32Array.from(this.#d),
      sets: this.#sets,
      assertions: this.#assertions,
      followedBy: Int32Array.from(this.#ops, (_, pc) => this.#codeAfter(pc)),
      memoIds: Int32Array.from(this.#ops, (_, pc) => this.#memo[pc]?.id ?? -1),
      memoPointsByInstruction: points,
      memoStateCount: this.#memoCount,
      memoHasRegisters: [...points.values()].some((point) => point.registers.length > 0),
      groupCount,
      registerCount: this.#registers,
      ...analyse(root),
    };
  }

  #emit(op: number, a = 0, b = 0, c = 0, d = 0): number {
    const pc = this.#ops.length;
    if (pc >= MAX_INSTRUCTIONS) throw new RegexSyntaxError('pattern is too large');
    this.#ops.push(op);
    this.#a.push(a);
    this.#b.push(b);
    this.#c.push(c);
    this.#d.push(d);
    return pc;
  }

  get #here(): number {
    return this.#ops.length;
  }

  /** Lets failures at this instruction be remembered, where they only depend on the place in the text. */
  #remember(pc: number): void {
    if (!this.#loops.memo || this.#loops.registers.length > MAX_MEMO_REGISTERS) return;
    this.#memo[pc] = { id: this.#memoCount, registers: this.#loops.registers };
    this.#memoCount += 1 << this.#loops.registers.length;
  }

  #within(change: Partial<LoopContext>, emitBody: () => void): void {
    const outside = this.#loops;
    this.#loops = { ...outside, ...change };
    emitBody();
    this.#loops = outside;
  }

  #codeAfter(pc: number): number {
    let next = pc + 1;
    while (this.#ops[next] === Op.Save) next += 1;
    return this.#ops[next] === Op.Char && this.#b[next] === 1 ? (this.#a[next] ?? -1) : -1;
  }

  #setIndex(expression: SetExpression, ignoreCase: CaseMode): number {
    const key = expression.kind === 'range' ? `${expression.low}-${expression.high}-${ignoreCase}` : undefined;
    const known = key === undefined ? undefined : this.#setIndexes.get(key);
    if (known !== undefined) return known;
    const index = this.#sets.push(new CharSet(expression, ignoreCase)) - 1;
    if (key !== undefined) this.#setIndexes.set(key, index);
    return index;
  }

  #node(node: RegexNode): void {
    switch (node.type) {
      case 'char':
        this.#emit(Op.Char, node.code, this.#direction);
        return;
      case 'set':
        this.#emit(Op.Set, this.#setIndex(node.set, node.ignoreCase), this.#direction);
        return;
      case 'sequence': {
        const items = this.#direction === 1 ? node.items : [...node.items].reverse();
        for (const item of items) this.#node(item);
        return;
      }
      case 'alternatives':
        this.#alternatives(node.items);
        return;
      case 'repeat':
        this.#repeat(node);
        return;
      case 'group': {
        const [before, after] = this.#direction === 1 ? [0, 1] : [1, 0];
        this.#emit(Op.Save, node.index * 2 + before);
        this.#node(node.body);
        this.#emit(Op.Save, node.index * 2 + after);
        return;
      }
      case 'atomic':
        this.#atomic(() => this.#node(node.body));
        return;
      case 'look':
        this.#look(node);
        return;
      case 'assertion':
        this.#emit(Op.Assert, this.#assertions.push({ kind: node.kind, word: node.word }) - 1);
        return;
      case 'backreference':
        this.#emit(Op.Backreference, node.index, this.#direction, CASE_MODES.indexOf(node.ignoreCase));
        return;
      case 'conditional':
        this.#conditional(node);
        return;
      case 'grapheme':
        this.#emit(Op.Grapheme, 0, this.#direction);
        return;
      case 'verb':
        this.#emit({ fail: Op.Fail, prune: Op.Prune, skip: Op.Skip, keep: Op.Keep }[node.verb]);
    }
  }

  #alternatives(items: readonly RegexNode[]): void {
    const jumps: number[] = [];
    items.forEach((item, index) => {
      const isLast = index === items.length - 1;
      const split = isLast ? -1 : this.#emit(Op.Split, this.#here + 1);
      if (!isLast) this.#remember(split);
      this.#node(item);
      if (!isLast) {
        jumps.push(this.#emit(Op.Jump));
        this.#b[split] = this.#here;
      }
    });
    for (const jump of jumps) this.#a[jump] = this.#here;
  }

  #atomic(emitBody: () => void): void {
    const start = this.#emit(Op.Atomic);
    emitBody();
    this.#emit(Op.Accept);
    this.#a[start] = this.#here;
  }

  #look(node: LookNode): void {
    const start = this.#emit(Op.Look, 0, node.negate ? 1 : 0);
    const outside = this.#direction;
    this.#direction = node.behind ? -1 : 1;
    this.#within({ registers: [] }, () => this.#node(node.body));
    this.#direction = outside;
    this.#emit(Op.Accept);
    this.#a[start] = this.#here;
  }

  #conditional(node: Extract<RegexNode, { type: 'conditional' }>): void {
    let toNo: number;
    if (typeof node.test === 'number') {
      toNo = this.#emit(Op.IfGroup, node.test);
    } else {
      // Which branch holds is settled by the look-around: its failing leads to the other branch, and no way leads back.
      const test = { ...node.test, negate: false };
      const split = this.#emit(Op.Atomic);
      const choose = this.#emit(Op.Split, this.#here + 1);
      this.#look(test);
      const mark = this.#emit(Op.CountInit, this.#registers, node.test.negate ? 0 : 1);
      this.#emit(Op.Accept);
      this.#b[choose] = this.#here;
      this.#emit(Op.CountInit, this.#registers, node.test.negate ? 1 : 0);
      this.#emit(Op.Accept);
      this.#a[split] = this.#here;
      toNo = this.#emit(Op.IfGroup, -1 - (this.#a[mark] ?? 0));
      this.#registers += 1;
    }
    this.#node(node.yes);
    const end = this.#emit(Op.Jump);
    this.#b[toNo] = this.#here;
    this.#node(node.no);
    this.#a[end] = this.#here;
  }

  #repeat(node: Extract<RegexNode, { type: 'repeat' }>): void {
    const { body, min, mode } = node;
    const max = node.max === Number.POSITIVE_INFINITY ? UNLIMITED : Math.min(node.max, UNLIMITED);
    if (max === 0) return;
    if (body.type === 'char' || body.type === 'set') {
      const set =
        body.type === 'char'
          ? this.#setIndex({ kind: 'range', low: body.code, high: body.code }, 'exact')
          : this.#setIndex(body.set, body.ignoreCase);
      const op = { greedy: Op.RunGreedy, lazy: Op.RunLazy, possessive: Op.RunPossessive }[mode];
      this.#remember(this.#emit(op, set, Math.min(min, UNLIMITED), max, this.#direction));
      return;
    }
    if (mode === 'possessive') this.#atomic(() => this.#loop(body, min, max, false));
    else this.#loop(body, min, max, mode === 'lazy');
  }

  #loop(body: RegexNode, min: number, max: number, lazy: boolean): void {
    const canBeEmpty = width(body).min === 0;
    if (max === UNLIMITED && min <= 1) {
      this.#star(body, min, lazy, canBeEmpty);
      return;
    }
    if (max === 1) {
      if (min === 1) this.#node(body);
      else this.#optional(body, lazy);
      return;
    }
    const copies = max === UNLIMITED ? min : max;
    if ((estimate(body) + 3) * copies <= MAX_UNROLLED) {
      this.#unrolled(body, min, max, lazy, canBeEmpty);
      return;
    }
    this.#counted(body, min, max, lazy);
  }

  #split(lazy: boolean): { pc: number; setExit: (exit: number) => void } {
    const pc = this.#emit(Op.Split);
    const [inside, outside] = lazy ? [this.#b, this.#a] : [this.#a, this.#b];
    inside[pc] = this.#here;
    this.#remember(pc);
    return { pc, setExit: (exit) => (outside[pc] = exit) };
  }

  #optional(body: RegexNode, lazy: boolean): void {
    const { setExit } = this.#split(lazy);
    this.#node(body);
    setExit(this.#here);
  }

  /** `x{2,4}` written out as xx(x(x)?)?; beyond the minimum, an iteration that matched nothing is the last one. */
  #unrolled(body: RegexNode, min: number, max: number, lazy: boolean, canBeEmpty: boolean): void {
    const exits: ((exit: number) => void)[] = [];
    const copies = max === UNLIMITED ? min : max;
    for (let count = 1; count <= copies; count++) {
      if (count > min) exits.push(this.#split(lazy).setExit);
      const isChecked = canBeEmpty && count > min && count < max;
      const check = isChecked ? this.#emptyChecked(body) : undefined;
      if (check === undefined) this.#node(body);
      else exits.push((exit) => (this.#b[check] = exit));
    }
    if (max === UNLIMITED) this.#star(body, 0, lazy, canBeEmpty);
    for (const setExit of exits) setExit(this.#here);
  }

  /** A body with a check behind it whether it matched nothing; gives the check, whose exit is to be set. */
  #emptyChecked(body: RegexNode): number {
    const register = this.#registers++;
    this.#emit(Op.Enter, register);
    this.#within({ registers: [...this.#loops.registers, register] }, () => this.#node(body));
    return this.#emit(Op.EmptyCheck, register);
  }

  /** `x*` and `x+`, written as: [split] body split. */
  #star(body: RegexNode, min: number, lazy: boolean, canBeEmpty: boolean): void {
    const first = min === 0 ? this.#split(lazy) : undefined;
    const start = this.#here;
    if (!canBeEmpty) {
      this.#node(body);
    } else {
      const check = this.#emptyChecked(body);
      this.#b[check] = this.#here + 1;
    }
    const again = this.#emit(Op.Split);
    this.#remember(again);
    this.#a[again] = lazy ? this.#here : start;
    this.#b[again] = lazy ? start : this.#here;
    first?.setExit(this.#here);
  }

  #counted(body: RegexNode, min: number, max: number, lazy: boolean): void {
    const count = this.#registers++;
    const start = this.#registers++;
    this.#emit(Op.CountInit, count, 0);
    const loop = this.#emit(lazy ? Op.CountLoopLazy : Op.CountLoop, count, min, max);
    if (lazy) this.#emit(Op.CountStep, count);
    this.#emit(Op.Enter, start);
    this.#within({ memo: false }, () => this.#node(body));
    const check = this.#emit(Op.CountEmptyCheck, count, start, min);
    this.#emit(Op.Jump, loop);
    this.#d[loop] = this.#here;
    this.#d[check] = this.#here;
  }
}

const estimates = new WeakMap<RegexNode, number>();

/** Roughly how many instructions a node becomes. */
function estimate(node: RegexNode): number {
  let size = estimates.get(node);
  if (size === undefined) {
    size = estimateOnce(node);
    estimates.set(node, size);
  }
  return size;
}

function estimateOnce(node: RegexNode): number {
  switch (node.type) {
    case 'sequence':
    case 'alternatives':
      return node.items.reduce((total, item) => total + estimate(item) + 2, 1);
    case 'repeat': {
      const inner = estimate(node.body) + 3;
      const copies = node.max === Number.POSITIVE_INFINITY ? node.min + 1 : node.max;
      return node.body.type === 'char' || node.body.type === 'set' || inner * copies > MAX_UNROLLED ? inner : inner * copies;
    }
    case 'group':
    case 'atomic':
    case 'look':
      return estimate(node.body) + 2;
    case 'conditional':
      return estimate(node.yes) + estimate(node.no) + 8;
    default:
      return 1;
  }
}

/** Whether matching from one place on can depend on more than that place. */
function dependsOnHistory(node: RegexNode): boolean {
  switch (node.type) {
    case 'sequence':
    case 'alternatives':
      return node.items.some(dependsOnHistory);
    case 'repeat':
    case 'group':
    case 'atomic':
    case 'look':
      return dependsOnHistory(node.body);
    case 'backreference':
    case 'conditional':
      return true;
    case 'verb':
      return node.verb !== 'fail';
    default:
      return false;
  }
}
