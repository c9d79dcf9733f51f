import type { Arguments, Expression, Statement, Target } from '../ast.ts';

/** The expressions directly inside an expression, in the order Jinja2 goes through them. */
export function childExpressions(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'tuple':
    case 'list':
    case 'concat':
      return node.items;
    case 'dict':
      return node.pairs.flat();
    case 'unary':
      return [node.operand];
    case 'binary':
    case 'and':
    case 'or':
      return [node.left, node.right];
    case 'compare':
      return [node.first, ...node.rest.map(({ operand }) => operand)];
    case 'conditional':
      return node.otherwise === null ? [node.test, node.value] : [node.test, node.value, node.otherwise];
    case 'attribute':
      return [node.object];
    case 'item':
      return [node.object, node.key];
    case 'slice':
      return [node.object, node.start, node.stop, node.step].filter((child) => child !== null);
    case 'call':
      return [node.callee, ...argumentExpressions(node.args)];
    case 'filter':
    case 'test':
      return node.input === null ? argumentExpressions(node.args) : [node.input, ...argumentExpressions(node.args)];
  }
}

export function argumentExpressions(args: Arguments): Expression[] {
  const found = [...args.positional, ...args.named.map(({ value }) => value)];
  if (args.rest !== null) found.push(args.rest);
  if (args.namedRest !== null) found.push(args.namedRest);
  return found;
}

/** Calls `visit` for the expression and everything inside it. Depth is bounded by the parser. */
export function walkExpression(node: Expression, visit: (node: Expression) => void): void {
  visit(node);
  for (const child of childExpressions(node)) walkExpression(child, visit);
}

export function walkTarget(target: Target, visit: (target: Target) => void): void {
  visit(target);
  if (target.kind === 'targets') for (const item of target.items) walkTarget(item, visit);
}

/** What a statement holds, one after another, in the order Jinja2 goes through it. */
export type Part = { readonly expression: Expression } | { readonly target: Target } | { readonly body: readonly Statement[] };

export function partsOf(node: Statement): Part[] {
  switch (node.kind) {
    case 'data':
    case 'break':
    case 'continue':
      return [];
    case 'print':
    case 'do':
      return [{ expression: node.expression }];
    case 'if':
      return [...node.branches.flatMap(({ test, body }) => [{ expression: test }, { body }]), { body: node.otherwise }];
    case 'for': {
      const test = node.test === null ? [] : [{ expression: node.test }];
      return [{ target: node.target }, { expression: node.iterable }, { body: node.body }, { body: node.otherwise }, ...test];
    }
    case 'set':
      return [{ target: node.target }, { expression: node.value }];
    case 'set-block':
      return [{ target: node.target }, ...(node.filter === null ? [] : [{ expression: node.filter }]), { body: node.body }];
    case 'with':
      return [
        ...node.bindings.map(({ target }) => ({ target })),
        ...node.bindings.map(({ value }) => ({ expression: value })),
        { body: node.body },
      ];
    case 'macro':
      return [
        ...node.parameters.map((target) => ({ target })),
        ...node.defaults.map((expression) => ({ expression })),
        { body: node.body },
      ];
    case 'call-block':
      return [
        { expression: node.call },
        ...node.parameters.map((target) => ({ target })),
        ...node.defaults.map((expression) => ({ expression })),
        { body: node.body },
      ];
    case 'filter-block':
      return [{ body: node.body }, { expression: node.filter }];
    case 'autoescape':
      return [{ expression: node.on }, { body: node.body }];
    case 'block':
      return [{ body: node.body }];
    case 'include':
    case 'import':
    case 'extends':
      return [{ expression: node.template }];
  }
}

/** Calls `visit` for every statement, nested ones included. */
export function walkStatements(body: readonly Statement[], visit: (node: Statement) => void): void {
  for (const node of body) {
    visit(node);
    for (const part of partsOf(node)) if ('body' in part) walkStatements(part.body, visit);
  }
}

/** Which of the names are read before anything in the body gives them a value; blocks are left out. */
export function undeclared(body: readonly Statement[], names: readonly string[]): Set<string> {
  const open = new Set(names);
  const found = new Set<string>();
  const visitBody = (statements: readonly Statement[]): void => {
    for (const node of statements) {
      if (node.kind === 'block') continue;
      for (const part of partsOf(node)) {
        if ('body' in part) visitBody(part.body);
        else if ('target' in part) {
          walkTarget(part.target, (target) => {
            if (target.kind === 'target') open.delete(target.name);
          });
        } else {
          walkExpression(part.expression, (child) => {
            if (child.kind === 'name' && open.has(child.name)) found.add(child.name);
          });
        }
      }
    }
  };
  visitBody(body);
  return found;
}
