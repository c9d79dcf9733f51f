import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formatsPlugin from 'ajv-formats';
import { isObject, type Json, type Operation } from './operations.ts';

export type RawAnswer = { statusCode: number; headers: Readonly<Record<string, unknown>>; body: string };

/** Says what is wrong with an answer to an operation, null when nothing is. */
export type CheckAnswer = (operation: Operation, answer: RawAnswer) => string | null;

// The package's types name the default export as a namespace under this module resolution.
const addFormats = formatsPlugin as unknown as (ajv: Ajv2020) => void;

/** Keys that the document does not name are wrong in answers: whoever makes a client from it would not see them. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (!isObject(value)) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, closed(item)]));
  const isOpen = value.additionalProperties === undefined && value.patternProperties === undefined;
  return isObject(value.properties) && typeof value.type === 'string' && isOpen ? { ...copy, additionalProperties: false } : copy;
}

export function createAnswerCheck(document: Json): CheckAnswer {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true });
  addFormats(ajv);
  ajv.addSchema(closed(document) as Json, 'api');
  const known = new Map<string, ValidateFunction>();
  const validatorOf = (operation: Operation, status: string, type: string): ValidateFunction => {
    const steps = ['paths', operation.path, operation.method.toLowerCase(), 'responses', status, 'content', type, 'schema'];
    const pointer = steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const made = known.get(pointer) ?? ajv.compile({ $ref: `api#/${pointer}` });
    known.set(pointer, made);
    return made;
  };
  return (operation, answer) => {
    const { statusCode, body } = answer;
    if (statusCode >= 500) return `answered ${statusCode}`;
    const status = operation.responses[statusCode] === undefined ? 'default' : String(statusCode);
    const response = operation.responses[status];
    if (response === undefined) return `answered ${statusCode}, which it does not name`;
    if (status === 'default' && statusCode < 400) return `answered ${statusCode}, which it does not name`;
    if (response.content === undefined) return body === '' ? null : `answered ${statusCode} with a body, which should be empty`;
    const type = String(answer.headers['content-type'] ?? '').split(';', 1)[0] ?? '';
    if (response.content[type] === undefined) return `answered ${statusCode} as ${type || 'nothing'}, which it does not name`;
    if (type !== 'application/json') return null;
    const validate = validatorOf(operation, status, type);
    return validate(JSON.parse(body))
      ? null
      : `answered ${statusCode}, which breaks its schema: ${ajv.errorsText(validate.errors)}`;
  };
}
