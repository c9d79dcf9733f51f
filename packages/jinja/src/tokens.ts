import { strRepr } from './values/str-repr.ts';

/** Operators as written, longest first, and the names Jinja2 gives their tokens. */
export const operators = {
  '//': 'floordiv',
  '**': 'pow',
  '==': 'eq',
  '!=': 'ne',
  '>=': 'gteq',
  '<=': 'lteq',
  '+': 'add',
  '-': 'sub',
  '/': 'div',
  '*': 'mul',
  '%': 'mod',
  '~': 'tilde',
  '[': 'lbracket',
  ']': 'rbracket',
  '(': 'lparen',
  ')': 'rparen',
  '{': 'lbrace',
  '}': 'rbrace',
  '>': 'gt',
  '<': 'lt',
  '=': 'assign',
  '.': 'dot',
  ':': 'colon',
  '|': 'pipe',
  ',': 'comma',
  ';': 'semicolon',
} as const;

export type Operator = keyof typeof operators;

export type TokenType =
  | (typeof operators)[Operator]
  | 'data'
  | 'variable_begin'
  | 'variable_end'
  | 'block_begin'
  | 'block_end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'eof';

export interface Token {
  readonly type: TokenType;
  /** Text of data, names and operators as written; strings decoded; numbers without their underscores. */
  readonly value: string;
  /** Offset in the source, in UTF-16 units. */
  readonly at: number;
}

const descriptions: Partial<Record<TokenType, string>> = {
  block_begin: 'begin of statement block',
  block_end: 'end of statement block',
  variable_begin: 'begin of print statement',
  variable_end: 'end of print statement',
  data: 'template data / text',
  eof: 'end of template',
  ...Object.fromEntries(Object.entries(operators).map(([text, type]) => [type, text])),
};

/** A token type in the words of Jinja2's messages. */
export const describeType = (type: TokenType): string => descriptions[type] ?? type;

/** A token in the words of Jinja2's messages: names by themselves, the rest by type. */
export const describeToken = (token: Token): string => (token.type === 'name' ? token.value : describeType(token.type));

export const quoted = (text: string): string => strRepr(text);
