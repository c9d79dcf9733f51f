import { BudgetError, Environment, oncall, PythonError, TemplateError, TemplateSyntaxError, UndefinedError } from '@tocsin/jinja';
import { DEFAULT_LENGTHS } from './lengths.ts';

/** Python exceptions whose text begins with "Template Warning" (templates.md 6). Everything else is an error. */
const WARNINGS: ReadonlySet<string> = new Set([
  'TypeError',
  'KeyError',
  'ValueError',
  'UnknownTimeZoneError',
  'JSONDecodeError',
  'UnicodeDecodeError',
  'UnicodeEncodeError',
]);

export type Failure = {
  kind: 'error' | 'warning';
  /** Without the prefix. */
  message: string;
  line: number | null;
  /** A budget of the render was used up. */
  budget: BudgetError['kind'] | null;
};

/** What an error of a template is called towards people. @throws what is not an error of a template */
export function toFailure(err: unknown): Failure {
  if (!(err instanceof TemplateError)) throw err;
  const isWarning = err instanceof UndefinedError || (err instanceof PythonError && WARNINGS.has(err.pyName));
  return {
    kind: isWarning ? 'warning' : 'error',
    message: err.message,
    line: err.line ?? null,
    budget: err instanceof BudgetError ? err.kind : null,
  };
}

/** The text that stands where the result would. Clients know the prefixes. */
export function failureText({ kind, message, line }: Failure): string {
  const where = line === null || line <= 1 ? '' : ` (line ${line})`;
  return `Template ${kind === 'error' ? 'Error' : 'Warning'}: ${message}${where}`;
}

/** Whether a template is longer than `most` characters. */
export const lengthFailure = (source: string, most: number): Failure | null => {
  if (source.length <= most) return null;
  const length = Array.from(source).length;
  if (length <= most) return null;
  return { kind: 'error', message: `Template exceeds length limit (${length} > ${most})`, line: null, budget: null };
};

/**
 * What is wrong with a template before it is rendered, null when nothing is: its syntax, unknown filters and tests, its length. For saving.
 * @param most characters that a template may have
 */
export function checkTemplateSyntax(source: string, most: number = DEFAULT_LENGTHS.template): string | null {
  const tooLong = lengthFailure(source, most);
  if (tooLong !== null) return tooLong.message;
  try {
    syntaxChecker().compile(source);
    return null;
  } catch (err) {
    if (err instanceof TemplateSyntaxError || err instanceof TemplateError) return err.message;
    throw err;
  }
}

let checker: Environment | undefined;
function syntaxChecker(): Environment {
  checker ??= createEnvironment();
  return checker;
}

/** An environment with the filters and globals of alert templates. */
export function createEnvironment(options: ConstructorParameters<typeof Environment>[0] = {}): Environment {
  const env = new Environment(options);
  oncall(env);
  return env;
}
