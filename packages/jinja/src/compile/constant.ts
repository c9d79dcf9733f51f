import type { Expression } from '../ast.ts';
import type { Escaping } from './scope.ts';
import { childExpressions } from './walk.ts';

/** Filters that look at the context, which Jinja2 therefore does not compute when it compiles. */
const contextual = new Set(['map', 'select', 'reject', 'selectattr', 'rejectattr', 'random']);

/**
 * Whether Jinja2 computes the expression when it compiles the template. That shows in one place: what it computes then has not met
 * autoescape, so `'<' ~ '>'|safe` is plain text there, and is printed as it is where only rendering says whether to escape.
 */
export function isConstant(node: Expression, escaping: Escaping): boolean {
  if (node.kind === 'name' || node.kind === 'call') return false;
  if (node.kind === 'filter' && (escaping === 'volatile' || node.input === null || contextual.has(node.name))) return false;
  if (node.kind === 'conditional' && node.otherwise === null) return false;
  return childExpressions(node).every((child) => isConstant(child, escaping));
}
