import type { Expression, For, Signature, Statement, Target } from '../ast.ts';
import type { Symbols } from './symbols.ts';
import { walkExpression, walkTarget } from './walk.ts';

/** Enters the names a scope reads and sets into its symbols. Scopes inside it are analysed when they are compiled. */
export function analyseBody(symbols: Symbols, body: readonly Statement[]): void {
  for (const node of body) analyseStatement(symbols, node);
}

export function analyseExpression(symbols: Symbols, node: Expression): void {
  walkExpression(node, (child) => {
    if (child.kind === 'name') symbols.load(child.name);
  });
}

export function analyseTarget(symbols: Symbols, target: Target, asParameter = false): void {
  walkTarget(target, (part) => {
    if (part.kind === 'namespace') symbols.load(part.name);
    else if (part.kind === 'target') {
      if (asParameter) symbols.parameter(part.name);
      else symbols.store(part.name);
    }
  });
}

export function analyseSignature(symbols: Symbols, { parameters, defaults }: Signature): void {
  for (const { name } of parameters) symbols.parameter(name);
  for (const value of defaults) analyseExpression(symbols, value);
}

export function analyseLoop(symbols: Symbols, node: For, part: 'body' | 'test' | 'else'): void {
  if (part !== 'else') analyseTarget(symbols, node.target, true);
  if (part === 'test') {
    if (node.test !== null) analyseExpression(symbols, node.test);
    return;
  }
  analyseBody(symbols, part === 'body' ? node.body : node.otherwise);
}

function analyseStatement(symbols: Symbols, node: Statement): void {
  switch (node.kind) {
    case 'print':
    case 'do':
      analyseExpression(symbols, node.expression);
      return;
    case 'if': {
      const [first, ...rest] = node.branches;
      if (first !== undefined) analyseBranches(symbols, first, rest, node.otherwise);
      return;
    }
    case 'for':
      analyseExpression(symbols, node.iterable);
      return;
    case 'set':
      analyseExpression(symbols, node.value);
      analyseTarget(symbols, node.target);
      return;
    case 'set-block':
      analyseTarget(symbols, node.target);
      return;
    case 'with':
      for (const { value } of node.bindings) analyseExpression(symbols, value);
      return;
    case 'macro':
      symbols.store(node.name);
      return;
    case 'call-block':
      analyseExpression(symbols, node.call);
      return;
    case 'filter-block':
      analyseExpression(symbols, node.filter);
      return;
    case 'include':
    case 'extends':
      analyseExpression(symbols, node.template);
      return;
    case 'import':
      analyseExpression(symbols, node.template);
      for (const name of node.targets) symbols.store(name);
      return;
    case 'data':
    case 'block':
    case 'autoescape':
    case 'break':
    case 'continue':
      return;
  }
}

type Branch = { readonly test: Expression; readonly body: readonly Statement[] };

function analyseBranches(symbols: Symbols, first: Branch, elifs: readonly Branch[], otherwise: readonly Statement[]): void {
  analyseExpression(symbols, first.test);
  const body = symbols.branch();
  analyseBody(body, first.body);
  const elif = symbols.branch();
  for (const branch of elifs) analyseBranches(elif, branch, [], []);
  const rest = symbols.branch();
  analyseBody(rest, otherwise);
  symbols.merge([body, elif, rest]);
}
