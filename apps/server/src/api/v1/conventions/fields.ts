import { type TSchema, Type } from 'typebox';
import { ApiError, type ErrorBody, fieldErrors } from './api-error.ts';

/**
 * One key of a request body: its JSON Schema for the API description, and its reader, which returns the value to
 * store or throws `Invalid`. Texts are those of http-api-alerting.md 1.6 and http-api-oncall.md 0.4.
 */
export interface Field<T> {
  readonly schema: TSchema;
  read(raw: unknown): T;
}

/** Why a field was refused; collected with the other fields' errors. */
export class Invalid extends Error {
  override readonly name = 'Invalid';
  readonly body: ErrorBody;
  constructor(body: ErrorBody) {
    super(JSON.stringify(body));
    this.body = body;
  }
}

const invalid = (text: string): Invalid => new Invalid([text]);
const NOT_NULL = 'This field may not be null.';

/** Refuses what is none of the values that a field knows. The value may be anything that JSON can hold. */
export const invalidChoice = (raw: unknown): Invalid =>
  invalid(`"${typeof raw === 'string' ? raw : JSON.stringify(raw)}" is not a valid choice.`);

type Fields = Readonly<Record<string, Field<unknown>>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;
/** The values of a body: the required keys are there, the others only when they were sent. */
export type BodyOf<F extends Fields, Required extends keyof F = never> = { [K in Required]: ValueOf<F[K]> } & {
  [K in Exclude<keyof F, Required>]?: ValueOf<F[K]>;
};

/** Reads a JSON body by its table of fields. Unknown keys are ignored; all field errors are reported together. */
export function readBody<F extends Fields, R extends keyof F & string = never>(
  fields: F,
  body: unknown,
  required: readonly R[] = [],
): BodyOf<F, R> {
  const object = bodyObject(body);
  const values: Record<string, unknown> = {};
  const errors: Record<string, ErrorBody> = {};
  for (const [key, field] of Object.entries(fields)) {
    if (!Object.hasOwn(object, key)) {
      if ((required as readonly string[]).includes(key)) errors[key] = ['This field is required.'];
      continue;
    }
    try {
      values[key] = field.read(object[key]);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      errors[key] = error.body;
    }
  }
  if (Object.keys(errors).length > 0) throw fieldErrors(errors);
  return values as BodyOf<F, R>;
}

/** The body as an object: an absent one is `{}`, anything but an object is refused. */
export function bodyObject(body: unknown): Readonly<Record<string, unknown>> {
  if (body === undefined || body === null) return {};
  if (!isObject(body))
    throw new ApiError(400, { non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonType(body)}.`] });
  return body;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Name of a JSON value's type as the error texts spell it. */
export function pythonType(value: unknown): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    case 'boolean':
      return 'bool';
    default:
      return 'dict';
  }
}

export interface TextOptions {
  readonly max?: number;
  readonly blank?: boolean;
  /** Leading and trailing white space is part of the value (templates). */
  readonly keepSpace?: boolean;
}

export function text(options: TextOptions = {}): Field<string> {
  return {
    schema: Type.String(options.max === undefined ? {} : { maxLength: options.max }),
    read: (raw) => {
      if (raw === null) throw invalid(NOT_NULL);
      if (typeof raw !== 'string' && typeof raw !== 'number') throw invalid('Not a valid string.');
      const given = String(raw);
      const value = options.keepSpace === true ? given : given.trim();
      if (value === '' && options.blank !== true) throw invalid('This field may not be blank.');
      if (value.includes('\0')) throw invalid('Null characters are not allowed.');
      if (options.max !== undefined && [...value].length > options.max) {
        throw invalid(`Ensure this field has no more than ${options.max} characters.`);
      }
      return value;
    },
  };
}

export function boolean(): Field<boolean> {
  const truthy = new Set(['t', 'true', 'y', 'yes', 'on', '1']);
  const falsy = new Set(['f', 'false', 'n', 'no', 'off', '0']);
  return {
    schema: Type.Boolean(),
    read: (raw) => {
      if (raw === null) throw invalid(NOT_NULL);
      const word = typeof raw === 'string' || typeof raw === 'number' ? String(raw).toLowerCase() : raw;
      if (word === true || (typeof word === 'string' && truthy.has(word))) return true;
      if (word === false || (typeof word === 'string' && falsy.has(word))) return false;
      throw invalid('Must be a valid boolean.');
    },
  };
}

export function integer(options: { min?: number; max?: number } = {}): Field<number> {
  return {
    schema: Type.Integer({
      ...(options.min === undefined ? {} : { minimum: options.min }),
      ...(options.max === undefined ? {} : { maximum: options.max }),
    }),
    read: (raw) => {
      if (raw === null) throw invalid(NOT_NULL);
      const value =
        typeof raw === 'number' ? raw : typeof raw === 'string' && /^\s*[+-]?\d+(\.0+)?\s*$/.test(raw) ? Number(raw) : Number.NaN;
      if (!Number.isSafeInteger(value)) throw invalid('A valid integer is required.');
      if (options.min !== undefined && value < options.min)
        throw invalid(`Ensure this value is greater than or equal to ${options.min}.`);
      if (options.max !== undefined && value > options.max)
        throw invalid(`Ensure this value is less than or equal to ${options.max}.`);
      return value;
    },
  };
}

/** Also takes null. */
export function nullable<T>(field: Field<T>): Field<T | null> {
  return { schema: Type.Union([field.schema, Type.Null()]), read: (raw) => (raw === null ? null : field.read(raw)) };
}

/**
 * Id of another object. `""` is null, and so is the word `null` where the field says so; a value of another type
 * exists nowhere. Whether the id exists is asked later, in the request's transaction.
 */
export function reference(options: { nullable: boolean; nullWord?: boolean }): Field<string | null> {
  return {
    schema: options.nullable ? Type.Union([Type.String(), Type.Null()]) : Type.String(),
    read: (raw) => {
      if (raw === null || raw === '' || (options.nullWord === true && raw === 'null')) {
        if (!options.nullable) throw invalid(NOT_NULL);
        return null;
      }
      if (typeof raw !== 'string' || raw.includes('\0')) throw invalid('Object does not exist');
      return raw;
    },
  };
}

/** Error of a reference whose object is not there for the caller. */
export const missingReference = (field: string): ApiError => fieldErrors({ [field]: ['Object does not exist'] });

export function idList(): Field<readonly string[]> {
  return {
    schema: Type.Array(Type.String()),
    read: (raw) => {
      if (raw === null) throw invalid(NOT_NULL);
      if (!Array.isArray(raw)) throw invalid(`Expected a list of items but got type "${pythonType(raw)}".`);
      return raw.filter((id): id is string => typeof id === 'string' && !id.includes('\0'));
    },
  };
}

export function object(): Field<Readonly<Record<string, unknown>>> {
  return {
    schema: Type.Record(Type.String(), Type.Unknown()),
    read: (raw) => {
      if (raw === null) throw invalid(NOT_NULL);
      if (!isObject(raw)) throw invalid(`Expected a dictionary of items but got type "${pythonType(raw)}".`);
      return raw;
    },
  };
}

/** A field whose rules are its own: `read` returns the value, throws `Invalid` (collected) or `ApiError` (aborts). */
export const custom = <T>(schema: TSchema, read: (raw: unknown) => T): Field<T> => ({ schema, read });
