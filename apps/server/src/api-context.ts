import { compilePythonRegex, PythonError, RegexSyntaxError, TemplateError, UndefinedError } from '@tocsin/jinja';
import type { TermChecks } from './api/v1/index.ts';
import { createEnvironment } from './templates/index.ts';

/** What tells whether the term of a route can be used. A template is rendered once with an empty payload; warnings pass. */
export const termChecks: TermChecks = {
  regexCompiles(pattern) {
    try {
      compilePythonRegex(pattern, { flavour: 're' });
      return true;
    } catch (error) {
      if (error instanceof RegexSyntaxError) return false;
      throw error;
    }
  },
  templateWorks(source) {
    try {
      createEnvironment({ limits: { timeMs: 100 } })
        .compile(source)
        .render({ payload: {}, labels: {} });
      return true;
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return error instanceof UndefinedError || (error instanceof PythonError && WARNINGS.has(error.pyName));
    }
  },
};
const WARNINGS = new Set(['TypeError', 'KeyError', 'ValueError']);
