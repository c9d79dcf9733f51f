export { type Analysis, analyze, type PathStep, type UsedPath } from './analyze.ts';
export { Budget, type BudgetLimits, defaultLimits } from './budget.ts';
export { Environment, type EnvironmentOptions, type NativeCall, type RenderOptions, Template } from './environment.ts';
export {
  BudgetError,
  type BudgetKind,
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
} from './errors.ts';
export { oncall } from './oncall/index.ts';
export {
  type CreateEnvironment,
  type RegexRequest,
  RenderPool,
  RenderPoolBusyError,
  type RenderPoolOptions,
  type RenderRequest,
} from './pool/index.ts';
export {
  compilePythonRegex,
  type PythonRegex,
  type RegexFlavour,
  RegexGroupError,
  RegexLimitError,
  type RegexLimits,
  type RegexMatch,
  RegexSyntaxError,
} from './regex/index.ts';
export { toRepr, toStr } from './to-text.ts';
export { PyDict } from './values/dict.ts';
export { PyFunction } from './values/function.ts';
export { parseJson } from './values/json.ts';
export { Markup } from './values/markup.ts';
export { PyTuple } from './values/tuple.ts';
export { type Kwargs, PyFloat, type Value } from './values/types.ts';
