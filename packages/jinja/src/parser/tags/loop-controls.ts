import type { LoopControl } from '../../ast.ts';
import type { Parser } from '../parser.ts';

export const parseBreak = (p: Parser): [LoopControl] => [{ kind: 'break', at: p.advance().at }];
export const parseContinue = (p: Parser): [LoopControl] => [{ kind: 'continue', at: p.advance().at }];
