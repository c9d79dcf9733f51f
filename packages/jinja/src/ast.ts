import type { Value } from './values/types.ts';

/** Every node knows where it starts in the source (UTF-16 offset); binary operators stand where their operator does. */
interface At {
  readonly at: number;
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

export interface Literal extends At {
  readonly kind: 'literal';
  readonly value: Value;
}
export interface Name extends At {
  readonly kind: 'name';
  readonly name: string;
}
export interface TupleNode extends At {
  readonly kind: 'tuple';
  readonly items: readonly Expression[];
}
export interface ListNode extends At {
  readonly kind: 'list';
  readonly items: readonly Expression[];
}
export interface DictNode extends At {
  readonly kind: 'dict';
  readonly pairs: readonly (readonly [key: Expression, value: Expression])[];
}
export interface Unary extends At {
  readonly kind: 'unary';
  readonly operator: '-' | '+' | 'not';
  readonly operand: Expression;
}
export interface Binary extends At {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Logical extends At {
  readonly kind: 'and' | 'or';
  readonly left: Expression;
  readonly right: Expression;
}
export interface Concat extends At {
  readonly kind: 'concat';
  readonly items: readonly Expression[];
}
export interface Compare extends At {
  readonly kind: 'compare';
  readonly first: Expression;
  readonly rest: readonly { readonly operator: CompareOperator; readonly operand: Expression; readonly at: number }[];
}
export interface Conditional extends At {
  readonly kind: 'conditional';
  readonly test: Expression;
  readonly value: Expression;
  readonly otherwise: Expression | null;
}
export interface GetAttribute extends At {
  readonly kind: 'attribute';
  readonly object: Expression;
  readonly name: string;
}
export interface GetItem extends At {
  readonly kind: 'item';
  readonly object: Expression;
  readonly key: Expression;
}
export interface GetSlice extends At {
  readonly kind: 'slice';
  readonly object: Expression;
  readonly start: Expression | null;
  readonly stop: Expression | null;
  readonly step: Expression | null;
}
export interface Arguments {
  readonly positional: readonly Expression[];
  readonly named: readonly { readonly name: string; readonly value: Expression }[];
  readonly rest: Expression | null;
  readonly namedRest: Expression | null;
}
export interface Call extends At {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly args: Arguments;
}
export interface Filter extends At {
  readonly kind: 'filter';
  readonly name: string;
  /** Null in `filter` blocks and block assignments, where the rendered body is the input. */
  readonly input: Expression | null;
  readonly args: Arguments;
}
export interface Test extends At {
  readonly kind: 'test';
  readonly name: string;
  readonly input: Expression;
  readonly args: Arguments;
}

export type Expression =
  | Literal
  | Name
  | TupleNode
  | ListNode
  | DictNode
  | Unary
  | Binary
  | Logical
  | Concat
  | Compare
  | Conditional
  | GetAttribute
  | GetItem
  | GetSlice
  | Call
  | Filter
  | Test;

/** `ns.name` on the left side of `set`. */
export interface NamespaceTarget extends At {
  readonly kind: 'namespace';
  readonly name: string;
  readonly attribute: string;
}
export interface NameTarget extends At {
  readonly kind: 'target';
  readonly name: string;
}
export interface TupleTarget extends At {
  readonly kind: 'targets';
  readonly items: readonly Target[];
}
export type Target = NameTarget | TupleTarget | NamespaceTarget;

export interface Data extends At {
  readonly kind: 'data';
  readonly text: string;
}
export interface Print extends At {
  readonly kind: 'print';
  readonly expression: Expression;
}
export interface If extends At {
  readonly kind: 'if';
  readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[]; readonly at: number }[];
  readonly otherwise: readonly Statement[];
}
export interface For extends At {
  readonly kind: 'for';
  readonly target: Target;
  readonly iterable: Expression;
  readonly test: Expression | null;
  readonly recursive: boolean;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}
export interface Set extends At {
  readonly kind: 'set';
  readonly target: Target;
  readonly value: Expression;
}
export interface SetBlock extends At {
  readonly kind: 'set-block';
  readonly target: Target;
  readonly filter: Filter | null;
  readonly body: readonly Statement[];
}
export interface With extends At {
  readonly kind: 'with';
  readonly bindings: readonly { readonly target: Target; readonly value: Expression }[];
  readonly body: readonly Statement[];
}
/** What macros and call blocks take; defaults belong to the last parameters. */
export interface Signature {
  readonly parameters: readonly NameTarget[];
  readonly defaults: readonly Expression[];
}
export interface MacroNode extends At, Signature {
  readonly kind: 'macro';
  readonly name: string;
  readonly body: readonly Statement[];
}
export interface CallBlock extends At, Signature {
  readonly kind: 'call-block';
  readonly call: Call;
  readonly body: readonly Statement[];
}
export interface FilterBlock extends At {
  readonly kind: 'filter-block';
  readonly filter: Filter;
  readonly body: readonly Statement[];
}
export interface Autoescape extends At {
  readonly kind: 'autoescape';
  readonly on: Expression;
  readonly body: readonly Statement[];
}
export interface Block extends At {
  readonly kind: 'block';
  readonly name: string;
  readonly scoped: boolean;
  readonly required: boolean;
  readonly body: readonly Statement[];
}
export interface Include extends At {
  readonly kind: 'include';
  readonly template: Expression;
  readonly ignoreMissing: boolean;
}
/** `import … as name` and `from … import names`; there is no loader, so only the template's name is ever used. */
export interface Import extends At {
  readonly kind: 'import';
  readonly template: Expression;
  readonly targets: readonly string[];
}
export interface Extends extends At {
  readonly kind: 'extends';
  readonly template: Expression;
}
export interface Do extends At {
  readonly kind: 'do';
  readonly expression: Expression;
}
export interface LoopControl extends At {
  readonly kind: 'break' | 'continue';
}

export type Statement =
  | Data
  | Print
  | If
  | For
  | Set
  | SetBlock
  | With
  | MacroNode
  | CallBlock
  | FilterBlock
  | Autoescape
  | Block
  | Include
  | Import
  | Extends
  | Do
  | LoopControl;

export interface TemplateNode {
  readonly body: readonly Statement[];
}
