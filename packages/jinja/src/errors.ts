import { printLocation } from './print-location.ts';

/** Where an error was found: lines and columns count from 1, columns in UTF-16 units of the source. */
export interface ErrorLocation {
  readonly line?: number;
  readonly column?: number;
  readonly source?: string;
}

/** Base of every error this package throws. Classes and messages mirror Jinja2's. */
export class TemplateError extends Error {
  line: number | undefined;
  column: number | undefined;
  source: string | undefined;

  constructor(message: string, location: ErrorLocation = {}) {
    super(message);
    this.line = location.line;
    this.column = location.column;
    this.source = location.source;
  }

  /** Name of the class as Jinja2 or Python call it, such as `TemplateSyntaxError` or `ZeroDivisionError`. */
  get pyName(): string {
    return this.constructor.name;
  }

  override get name(): string {
    return this.pyName;
  }

  /** Fills in the position unless a closer one is known. */
  locate(location: ErrorLocation): this {
    this.line ??= location.line;
    this.column ??= location.column;
    this.source ??= location.source;
    return this;
  }

  /** The lines of the source around the error with a caret below the column; empty when the position is not known. */
  printLocation(): string {
    if (this.source === undefined || this.line === undefined) return '';
    return printLocation(this.source, this.line, this.column);
  }
}

/** The source is not a template. Raised when compiling. */
export class TemplateSyntaxError extends TemplateError {
  override get pyName(): string {
    return 'TemplateSyntaxError';
  }
}

/** The source is well formed but can not mean anything, such as an unknown filter. Raised when compiling. */
export class TemplateAssertionError extends TemplateSyntaxError {
  override get pyName(): string {
    return 'TemplateAssertionError';
  }
}

/** Raised when rendering. */
export class TemplateRuntimeError extends TemplateError {
  override get pyName(): string {
    return 'TemplateRuntimeError';
  }
}

/** A missing value was used for something other than printing, testing and looping. */
export class UndefinedError extends TemplateRuntimeError {
  override get pyName(): string {
    return 'UndefinedError';
  }
}

/** The sandbox refused. */
export class SecurityError extends TemplateRuntimeError {
  override get pyName(): string {
    return 'SecurityError';
  }
}

/** A filter does not take these arguments. */
export class FilterArgumentError extends TemplateRuntimeError {
  override get pyName(): string {
    return 'FilterArgumentError';
  }
}

/** A template that another one names; there is no loader, so none is ever found. */
export class TemplateNotFound extends TemplateError {
  override get pyName(): string {
    return 'TemplateNotFound';
  }
}

/** None of several named templates exists. */
export class TemplatesNotFound extends TemplateNotFound {
  override get pyName(): string {
    return 'TemplatesNotFound';
  }
}

/** Names of the Python exceptions that templates can raise. */
export type PythonErrorName =
  | 'ArithmeticError'
  | 'AssertionError'
  | 'AttributeError'
  | 'IndexError'
  | 'JSONDecodeError'
  | 'KeyError'
  | 'LookupError'
  | 'MemoryError'
  | 'NotImplementedError'
  | 'OSError'
  | 'OverflowError'
  | 'RecursionError'
  | 'RuntimeError'
  | 'StopIteration'
  | 'TypeError'
  | 'UnicodeDecodeError'
  | 'UnicodeEncodeError'
  | 'UnknownTimeZoneError'
  | 'ValueError'
  | 'ZeroDivisionError'
  | 'error';

/** Any other Python exception; `pyName` is its class, the message is `str(exception)`. */
export class PythonError extends TemplateError {
  readonly #pyName: PythonErrorName;

  constructor(pyName: PythonErrorName, message: string, location: ErrorLocation = {}) {
    super(message, location);
    this.#pyName = pyName;
  }

  override get pyName(): PythonErrorName {
    return this.#pyName;
  }
}

export type BudgetKind = 'steps' | 'output' | 'depth' | 'growth' | 'time' | 'regex';

/** A render used up one of its budgets. No template can catch it. */
export class BudgetError extends TemplateError {
  readonly kind: BudgetKind;

  constructor(kind: BudgetKind, message: string, location: ErrorLocation = {}) {
    super(message, location);
    this.kind = kind;
  }

  override get pyName(): string {
    return 'BudgetError';
  }
}

export const typeError = (message: string): PythonError => new PythonError('TypeError', message);
export const valueError = (message: string): PythonError => new PythonError('ValueError', message);
export const overflowError = (message: string): PythonError => new PythonError('OverflowError', message);
export const indexError = (message: string): PythonError => new PythonError('IndexError', message);
export const zeroDivision = (message: string): PythonError => new PythonError('ZeroDivisionError', message);
export const attributeError = (message: string): PythonError => new PythonError('AttributeError', message);
/** Python prints the repr of the missing key. */
export const keyError = (keyRepr: string): PythonError => new PythonError('KeyError', keyRepr);
