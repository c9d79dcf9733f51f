import { expect, test } from 'vitest';
import {
  BudgetError,
  FilterArgumentError,
  PythonError,
  SecurityError,
  TemplateAssertionError,
  TemplateError,
  TemplateNotFound,
  TemplateRuntimeError,
  TemplateSyntaxError,
  TemplatesNotFound,
  UndefinedError,
} from '../../src/errors.ts';
import { receiveError, sendError } from '../../src/pool/error-transfer.ts';
import { RegexLimitError, RegexSyntaxError } from '../../src/regex/index.ts';

const place = { line: 3, column: 7, source: 'a\nb\n{{ x.y }}' };

test.each([
  new TemplateSyntaxError('m', place),
  new TemplateAssertionError('m', place),
  new TemplateRuntimeError('m', { line: 3 }),
  new UndefinedError('m', place),
  new SecurityError('m'),
  new FilterArgumentError('m', place),
  new TemplateNotFound('m', place),
  new TemplatesNotFound('m', place),
  new TemplateError('m', place),
  new PythonError('ZeroDivisionError', 'm', place),
  new BudgetError('growth', 'm', place),
  new RegexSyntaxError('m', 4),
  new RegexSyntaxError('m'),
  new RegexLimitError('m'),
])('%s arrives as it was', (error) => {
  const received = receiveError(structuredClone(sendError(error)));
  expect(received.constructor).toBe(error.constructor);
  expect({ ...received, name: received.name, message: received.message }).toEqual({
    ...error,
    name: error.name,
    message: error.message,
  });
  if (error instanceof TemplateError) expect((received as TemplateError).pyName).toBe(error.pyName);
});

test('what is no error of templates arrives as a plain error that says so', () => {
  expect(receiveError(sendError(new RangeError('too much')))).toEqual(new Error('RangeError in a template thread: too much'));
  expect(receiveError(sendError('text'))).toEqual(new Error('Error in a template thread: text'));
});
