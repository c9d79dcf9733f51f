import { Environment, parseJson, TemplateError } from '../src/index.ts';

export type Outcome = { readonly expected: string } | { readonly error: { readonly type: string; readonly message: string } };
export type FuzzCase = { readonly template: string; readonly payload: string };

const environment = new Environment();

/** What this engine makes of a case. */
export function outcomeOf({ template, payload }: FuzzCase): Outcome {
  try {
    return { expected: environment.compile(template).render({ p: parseJson(payload) }) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { error: { type: error.pyName, message: error.message } };
  }
}

/** Both outcomes are alike: the same text, or errors of the same type and message. */
export const agree = (ours: Outcome, theirs: Outcome): boolean => JSON.stringify(ours) === JSON.stringify(theirs);
