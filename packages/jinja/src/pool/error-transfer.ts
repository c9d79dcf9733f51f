import {
  BudgetError,
  type BudgetKind,
  type ErrorLocation,
  FilterArgumentError,
  PythonError,
  type PythonErrorName,
  SecurityError,
  TemplateAssertionError,
  TemplateError,
  TemplateNotFound,
  TemplateRuntimeError,
  TemplateSyntaxError,
  TemplatesNotFound,
  UndefinedError,
} from '../errors.ts';
import { RegexLimitError, RegexSyntaxError } from '../regex/index.ts';

/** An error as it travels between threads, where classes are lost. */
export type SentError = {
  readonly type: 'template' | 'python' | 'budget' | 'regex-syntax' | 'regex-limit' | 'other';
  readonly name: string;
  readonly message: string;
  readonly location: ErrorLocation;
  readonly position?: number;
};

type SimpleClass = new (message: string, location: ErrorLocation) => TemplateError;

const CLASSES: ReadonlyMap<string, SimpleClass> = new Map<string, SimpleClass>([
  ['TemplateSyntaxError', TemplateSyntaxError],
  ['TemplateAssertionError', TemplateAssertionError],
  ['TemplateRuntimeError', TemplateRuntimeError],
  ['UndefinedError', UndefinedError],
  ['SecurityError', SecurityError],
  ['FilterArgumentError', FilterArgumentError],
  ['TemplateNotFound', TemplateNotFound],
  ['TemplatesNotFound', TemplatesNotFound],
]);

export function sendError(error: unknown): SentError {
  if (error instanceof TemplateError) {
    const { line, column, source } = error;
    const location: ErrorLocation = {
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
      ...(source === undefined ? {} : { source }),
    };
    const common = { message: error.message, location };
    if (error instanceof BudgetError) return { type: 'budget', name: error.kind, ...common };
    return { type: error instanceof PythonError ? 'python' : 'template', name: error.pyName, ...common };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RegexSyntaxError) {
    const position = error.position === undefined ? {} : { position: error.position };
    return { type: 'regex-syntax', name: 'error', message: error.reason, location: {}, ...position };
  }
  if (error instanceof RegexLimitError) return { type: 'regex-limit', name: error.name, message, location: {} };
  return { type: 'other', name: error instanceof Error ? error.name : 'Error', message, location: {} };
}

export function receiveError({ type, name, message, location, position }: SentError): Error {
  switch (type) {
    case 'template':
      return new (CLASSES.get(name) ?? TemplateError)(message, location);
    case 'python':
      return new PythonError(name as PythonErrorName, message, location);
    case 'budget':
      return new BudgetError(name as BudgetKind, message, location);
    case 'regex-syntax':
      return new RegexSyntaxError(message, position);
    case 'regex-limit':
      return new RegexLimitError(message);
    case 'other':
      return new Error(`${name} in a template thread: ${message}`);
  }
}
