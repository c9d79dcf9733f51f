import type { MemoPoint, Program } from './program.ts';

/** States remembered at most: 64 million bits, 8 MiB. Beyond it matching goes on without. */
const MAX_STATES = 64 * 1024 * 1024;

/**
 * Remembers from which states the rest of the pattern cannot match, so that none is tried twice during one search. A state is
 * an instruction and a position and, inside loops whose bodies may match nothing, whether the iteration began at this
 * position. Off until a search has taken some time, since most never need it.
 *
 * Marking a state when it is first met is enough: it can only be met again after everything tried from it has failed,
 * because a way back to it without consuming a character would be an endless loop, which the matcher excludes.
 *
 * A look-around or an atomic group is a search of its own: when it succeeds, what was met inside has not failed, and is forgotten.
 */
export class FailureMemo {
  /** Whether there is anything to ask. */
  isOn = false;
  readonly #program: Program;
  readonly #positions: number;
  readonly #points: ReadonlyMap<number, MemoPoint>;
  #states: Uint8Array | undefined;
  /** Per instruction: first and last position of a run of characters that nothing could follow. */
  #runFrom: Int32Array | undefined;
  #runTo: Int32Array | undefined;
  /** What was marked inside look-arounds and atomic groups: a state, or -1 - pc with the former run. */
  readonly #journal: number[] = [];
  #depth = 0;

  constructor(program: Program, length: number) {
    this.#program = program;
    this.#positions = length + 1;
    this.#points = program.memoPointsByInstruction;
  }

  reset(): void {
    this.isOn = false;
    this.#depth = 0;
    this.#journal.length = 0;
    this.#states = undefined;
    this.#runFrom = undefined;
  }

  /** Begins to remember. */
  start(): void {
    if (this.isOn || this.#points.size === 0) return;
    const states = this.#program.memoStateCount * this.#positions;
    if (states <= MAX_STATES) this.#states = new Uint8Array((states >> 3) + 1);
    this.#runFrom = new Int32Array(this.#program.ops.length).fill(-1);
    this.#runTo = new Int32Array(this.#program.ops.length).fill(-1);
    this.isOn = true;
  }

  /** Whether this state was met before; it counts as met from now on. */
  seen(pc: number, pos: number, registers: Int32Array): boolean {
    const id = this.#program.memoIds[pc]!;
    const states = this.#states;
    if (id < 0 || states === undefined) return false;
    let state = id;
    if (this.#program.memoHasRegisters) {
      const loops = this.#points.get(pc)?.registers ?? [];
      for (let index = 0; index < loops.length; index++) {
        if (registers[loops[index]!] === pos) state += 1 << index;
      }
    }
    const bit = state * this.#positions + pos;
    const mask = 1 << (bit & 7);
    if ((states[bit >> 3]! & mask) !== 0) return true;
    states[bit >> 3]! |= mask;
    if (this.#depth > 0) this.#journal.push(0, 0, bit);
    return false;
  }

  /** Whether all runs of this instruction from `pos` on fail that consume something. */
  runFailed(pc: number, pos: number): boolean {
    return this.#program.memoIds[pc]! >= 0 && pos >= this.#runFrom![pc]! && pos <= this.#runTo![pc]!;
  }

  /** Where the known run begins, if it begins behind `pos`: what is behind it needs not be tried; else Infinity. */
  knownFrom(pc: number, pos: number): number {
    if (this.#program.memoIds[pc]! < 0) return Number.POSITIVE_INFINITY;
    const from = this.#runFrom![pc]!;
    return from > pos && from <= this.#runTo![pc]! ? from : Number.POSITIVE_INFINITY;
  }

  /** Where that run ends. */
  knownTo(pc: number): number {
    return this.#runTo![pc]!;
  }

  /**
   * A run of one kind of character reaches from `from` to `to`, and nothing may follow it from anywhere in between: a run
   * that begins there and ends at the same place fails too. Inside a loop whose body may match nothing that holds only
   * for runs that consume something, because an empty one may end the loop.
   */
  noteRun(pc: number, from: number, to: number): void {
    if (this.#program.memoIds[pc]! < 0) return;
    if (this.#depth > 0) this.#journal.push(this.#runFrom![pc]!, this.#runTo![pc]!, -1 - pc);
    this.#runFrom![pc] = from;
    this.#runTo![pc] = to;
  }

  /** A look-around or an atomic group begins; gives a mark for `leave`. */
  enter(): number {
    this.#depth += 1;
    return this.#journal.length;
  }

  leave(mark: number, succeeded: boolean): void {
    this.#depth -= 1;
    const journal = this.#journal;
    if (succeeded) {
      while (journal.length > mark) {
        const entry = journal.pop()!;
        const to = journal.pop()!;
        const from = journal.pop()!;
        if (entry >= 0) {
          this.#states![entry >> 3]! &= ~(1 << (entry & 7));
        } else {
          this.#runFrom![-1 - entry] = from;
          this.#runTo![-1 - entry] = to;
        }
      }
    } else if (this.#depth === 0) {
      journal.length = 0;
    }
  }

  /** Whether a loop around the instruction may match nothing. */
  isInsideEmptyLoop(pc: number): boolean {
    return this.#program.memoHasRegisters && (this.#points.get(pc)?.registers.length ?? 0) > 0;
  }
}
