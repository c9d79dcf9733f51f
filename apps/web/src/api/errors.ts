/** Fields of a form by name, each with what the server says of it. */
export type FieldErrors = Readonly<Record<string, string>>;

/** An answer of the API that is not 2xx, or no answer at all (status 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The stable word that some answers carry, such as `resolution_note_required`. */
  readonly code: string | null;
  readonly fields: FieldErrors;
  readonly requestId: string | null;
  /** The whole body, for the few answers that carry more. */
  readonly body: unknown;
  /** Seconds until it may be tried again; null when the server says nothing. */
  readonly retryAfterSeconds: number | null;

  constructor(
    message: string,
    facts: { status: number; body: unknown; requestId: string | null; retryAfterSeconds?: number | null },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.status = facts.status;
    this.body = facts.body;
    this.code = codeOf(facts.body);
    this.fields = fieldsOf(facts.body);
    this.requestId = facts.requestId;
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const codeOf = (body: unknown): string | null => (isRecord(body) && typeof body.code === 'string' ? body.code : null);

/** Keys of an error body that are no field names. */
const NOT_FIELDS = new Set([
  'detail',
  'code',
  'message',
  'required',
  'granted_by',
  'contact',
  'owner_team',
  'retry_after',
  'request_id',
]);

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const texts = value.map(textOf).filter((text) => text !== null);
    return texts.length === 0 ? null : texts.join(' ');
  }
  if (isRecord(value)) return textOf(Object.values(value));
  return null;
}

/** The errors of a 400 body `{field: ["…"]}`; nested ones are joined into one text. */
function fieldsOf(body: unknown): FieldErrors {
  if (!isRecord(body)) return {};
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(body)) {
    const text = NOT_FIELDS.has(name) ? null : textOf(value);
    if (text !== null) fields[name] = text;
  }
  return fields;
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  0: 'The server cannot be reached.',
  403: 'You do not have permission to do this.',
  404: 'It is not there. It may have been deleted.',
  413: 'This is too large.',
  429: 'Too many requests. Wait a little.',
  503: 'The server is busy or starting. Try again in a moment.',
};

/** One sentence of an error body for people. */
export function messageOf(status: number, body: unknown): string {
  if (isRecord(body) && typeof body.detail === 'string') return body.detail;
  if (isRecord(body) && typeof body.message === 'string') return body.message;
  if (typeof body === 'string' && body !== '' && !body.startsWith('<')) return body;
  const fields = Object.entries(fieldsOf(body)).map(([name, text]) => (name === 'non_field_errors' ? text : `${name}: ${text}`));
  if (fields.length > 0) return fields.join(' ');
  return STATUS_TEXTS[status] ?? `The server answered ${status}.`;
}

/** What to tell people of anything that was thrown. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
