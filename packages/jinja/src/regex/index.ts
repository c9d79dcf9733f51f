export { RegexFlagError, RegexGroupError, RegexLimitError, RegexSyntaxError } from './errors.ts';
export type { RegexFlavour } from './flags.ts';
export type { RegexLimits } from './match.ts';
export { compilePythonRegex, type GrowthCheck, PythonRegex, type RegexMatch, type RegexOptions } from './python-regex.ts';
