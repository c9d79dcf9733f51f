import { type TemplateError, UndefinedError } from '../../src/index.ts';

const WARNINGS = new Set([
  'TypeError',
  'KeyError',
  'ValueError',
  'UnknownTimeZoneError',
  'JSONDecodeError',
  'UnicodeDecodeError',
]);

/** How on-call rules treat an error: a warning comes from the data, an error from the template. */
export const kindOf = (error: TemplateError): 'warning' | 'error' =>
  error instanceof UndefinedError || WARNINGS.has(error.pyName) ? 'warning' : 'error';
