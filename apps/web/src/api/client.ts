import { ApiError, messageOf } from './errors.ts';
import { noteAnswer } from './offline.ts';

export type Query = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>;
export type RequestOptions = {
  /** Values for the `{names}` of the path. */
  path?: Readonly<Record<string, string>>;
  /** Arrays repeat their key, also for empty items; null, undefined and '' are left out. */
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
  headers?: Readonly<Record<string, string>>;
};

const BASE = '/api/v1';

let csrfToken: string | null = null;
/** The token that the session gave; sent with every request that changes something. */
export const setCsrfToken = (token: string | null): void => {
  csrfToken = token;
};

let readOnlyBecause: string | null = null;
/** While this says why, nothing that would change something is sent, but for ending that, and for signing in anew. */
export const setReadOnly = (reason: string | null): void => {
  readOnlyBecause = reason;
};
const VIEWING_AS = 'viewing_as_role';
const ENDS_READING = /^\/auth\/(?:view_as|logout|login|passkeys\/(?:options|login))$/;

type Ask = () => Promise<boolean>;
let noteOtherRights: (() => void) | null = null;
/** Called when the server refuses because another tab has begun to view the product as a role. */
export const onOtherRights = (note: (() => void) | null): void => {
  noteOtherRights = note;
};
let askToSignIn: Ask | null = null;
let askForProof: Ask | null = null;
/** Called when the session has ended; resolves to whether somebody signed in again, after which the request is repeated. */
export const onSessionEnd = (ask: Ask | null): void => {
  askToSignIn = ask;
};
/** Called before what asks for a fresh proof of who one is; resolves to whether it was given, after which the request is repeated. */
export const onProofNeeded = (ask: Ask | null): void => {
  askForProof = ask;
};

/** Builds an address of the API. @throws when a name of the path has no value */
export function addressOf(path: string, { path: values = {}, query = {} }: Pick<RequestOptions, 'path' | 'query'> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${path}: no value for ${name}`);
    return encodeURIComponent(value);
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue;
    if (typeof value === 'object') for (const item of value) search.append(name, item);
    else search.append(name, String(value));
  }
  const text = search.toString();
  return `${BASE}${filled}${text === '' ? '' : `?${text}`}`;
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return null;
  if (response.headers.get('content-type')?.includes('json') !== true) return text;
  return JSON.parse(text) as unknown;
}

async function send(method: string, address: string, { body, signal, headers }: RequestOptions): Promise<Response> {
  try {
    const response = await fetch(address, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(csrfToken === null || method === 'GET' ? {} : { 'x-csrf-token': csrfToken }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    noteAnswer(response);
    return response;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(messageOf(0, null), { status: 0, body: null, requestId: null }, { cause: error });
  }
}

async function failureOf(response: Response): Promise<ApiError> {
  const body = await readBody(response);
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiError(messageOf(response.status, body), {
    status: response.status,
    body,
    requestId: response.headers.get('x-request-id'),
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
  });
}

export type Tagged<Body> = { tag: string | null; body: Body };

/** Whether a refusal means that nobody is signed in any more: an ended session, or a cookie that is gone. */
const isSessionEnd = (error: ApiError): boolean =>
  error.status === 401 || (error.status === 403 && error.code === 'invalid_token');

const request = async (method: string, path: string, options: RequestOptions = {}): Promise<unknown> =>
  readBody(await exchange(method, path, options));

async function exchange(method: string, path: string, options: RequestOptions): Promise<Response> {
  if (readOnlyBecause !== null && method !== 'GET' && !ENDS_READING.test(path))
    throw new ApiError(readOnlyBecause, { status: 403, body: { detail: readOnlyBecause, code: VIEWING_AS }, requestId: null });
  const address = addressOf(path, options);
  const response = await send(method, address, options);
  if (response.ok) return response;
  const failure = await failureOf(response);
  if (failure.code === VIEWING_AS) noteOtherRights?.();
  const ask = failure.code === 'proof_required' ? askForProof : isSessionEnd(failure) ? askToSignIn : null;
  const isSignIn = /^\/auth\/(?:login|session|proof|passkeys\/login)$/.test(path);
  if (ask === null || isSignIn || !(await ask())) throw failure;
  const again = await send(method, address, options);
  if (again.ok) return again;
  throw await failureOf(again);
}

/**
 * The public API, `/api/v1`, with the session's cookie. Paths are as in the API's description, without `/api/v1`; a test holds them
 * against it. Every method rejects with `ApiError`; a session that ended asks to sign in and then repeats the request, so nothing
 * typed is lost. The type of an answer is that of the function that returns it, from `schema.d.ts`:
 *
 *     const readChain = (id: string): Promise<EscalationChain> => api.get('/escalation_chains/{id}', { path: { id } });
 */
export const api = {
  /** An object with the tag that `if-match` takes, so that nobody's change is overwritten unseen. */
  async getTagged<Body>(path: string, options: RequestOptions = {}): Promise<Tagged<Body>> {
    const response = await exchange('GET', path, options);
    return { tag: response.headers.get('etag'), body: (await readBody(response)) as Body };
  },
  get: <Answer>(path: string, options?: RequestOptions) => request('GET', path, options) as Promise<Answer>,
  post: <Answer>(path: string, options?: RequestOptions) => request('POST', path, options) as Promise<Answer>,
  put: <Answer>(path: string, options?: RequestOptions) => request('PUT', path, options) as Promise<Answer>,
  patch: <Answer>(path: string, options?: RequestOptions) => request('PATCH', path, options) as Promise<Answer>,
  delete: <Answer>(path: string, options?: RequestOptions) => request('DELETE', path, options) as Promise<Answer>,
};

/** Answer of a list, paged by number or by cursor. */
export type ListPage<Row> = {
  results: Row[];
  next: string | null;
  previous: string | null;
  count?: number;
  page_size: number;
  total_pages?: number;
  current_page_number?: number;
};

const ALL_PAGE_SIZE = 1_000;
const MOST_PAGES = 20;

/** All rows of a short list, such as teams or chains: up to 20,000. */
export async function listAll<Row>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Row[]> {
  const rows: Row[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer = await api.get<ListPage<Row>>(path, {
      query: { ...query, page, perpage: ALL_PAGE_SIZE },
      ...(signal === undefined ? {} : { signal }),
    });
    rows.push(...answer.results);
    if (answer.next === null) break;
  }
  return rows;
}
