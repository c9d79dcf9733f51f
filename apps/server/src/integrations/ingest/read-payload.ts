import { PythonError, parseJson } from '@tocsin/jinja';
import type { BodyShape, IntegrationType } from '../types/integration-type.ts';
import { type Answer, malformed, NO_UPLOADS, PAYLOAD_REQUIRED, unsupportedMediaType } from './answer.ts';
import { decodeBody } from './decode.ts';
import { addMembers, isTooDeep, listElements, MAX_DEPTH, mendJson, repairJson } from './json-text.ts';
import { type MediaType, parseMediaType } from './media-type.ts';
import { parseMultipart } from './multipart.ts';

/** Alerts of one request, each as the JSON text that is kept. `warning` says how a malformed body was read. */
export type Payloads = { ok: true; texts: readonly (string | Buffer)[]; isSplit: boolean; warning: string | null };
export type PayloadResult = Payloads | { ok: false; answer: Answer };

const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';
const JSON_TYPE = 'application/json';
const MAX_FIELDS = 1_000;

const refuse = (answer: Answer): PayloadResult => ({ ok: false, answer });
/** A top-level value with its text. `raw` is the body itself when its bytes are the text. */
type Read = { value: unknown; text: string; raw: Buffer | null; warning: string | null };

/**
 * Turns a request body into the alerts of a type (ingest.md 2.5 with B-22 to B-24). Does not look at templates.
 * @param as how the path reads bodies; legacy types are taken whole on the generic path
 */
export function readPayload(
  body: Buffer,
  contentType: string | undefined,
  type: IntegrationType,
  as: BodyShape = type.body,
): PayloadResult {
  if (body.length === 0) return shape({ value: {}, text: '{}', raw: null, warning: null }, as);
  const media = parseMediaType(contentType);
  if (media.type === MULTIPART) return readMultipart(body, media, as);
  const decoded = decodeBody(body, media.charset, type.lenient || media.type !== JSON_TYPE);
  if (!decoded.ok) return refuse(malformed(`JSON parse error - ${decoded.message}`));
  const { text } = decoded;
  const raw = decoded.isWholeBody ? body : null;
  const bytes = { text, raw, warning: decoded.replaced ? 'bytes that are not UTF-8 were replaced' : null };
  if (media.type === JSON_TYPE) return readJson(bytes, type, as);
  const found = looksLikeContainer(text) ? readAnyJson(bytes, type) : null;
  if (found !== null) return shape(found, as);
  if (media.type === FORM) return readForm(text, as);
  if (media.type === 'text/plain' && as === 'whole') {
    return shape(asMessage(text, 'the text is not JSON and was kept as a message'), as);
  }
  return refuse(unsupportedMediaType(contentType ?? ''));
}

type Bytes = { text: string; raw: Buffer | null; warning: string | null };

function readJson(bytes: Bytes, type: IntegrationType, as: BodyShape): PayloadResult {
  const read = readAnyJson(bytes, type);
  if (read !== null) return shape(read, as);
  if (type.lenient) return shape(asMessage(bytes.text, 'the body is not JSON and was kept as a message'), as);
  return refuse(malformed(`JSON parse error - ${jsonError(bytes.text)}`));
}

/** The value of JSON text, in a lenient reading for types that have one; null when it is none. */
function readAnyJson({ text, raw, warning }: Bytes, type: IntegrationType): Read | null {
  if (isTooDeep(text)) return null;
  const parsed = tryJson(text);
  if (parsed !== null) {
    const repaired = repairJson(text);
    return { value: parsed.value, text: repaired, raw: repaired === text ? raw : null, warning };
  }
  if (!type.lenient) return null;
  const mended = mendJson(text);
  const second = tryJson(mended);
  return second === null
    ? null
    : { value: second.value, text: repairJson(mended), raw: null, warning: warning ?? 'malformed JSON was mended' };
}

function tryJson(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch (err) {
    if (err instanceof SyntaxError) return null;
    throw err;
  }
}

const looksLikeContainer = (text: string): boolean => /^\s*[[{]/.test(text);

/** Python's words for what is wrong with JSON text. */
function jsonError(text: string): string {
  if (isTooDeep(text)) return `nested deeper than ${MAX_DEPTH}`;
  try {
    parseJson(text);
  } catch (err) {
    if (err instanceof PythonError) return err.message;
    throw err;
  }
  return `Out of range float values are not JSON compliant: '${/NaN|-?Infinity/.exec(text)?.[0] ?? ''}'`;
}

function asMessage(text: string, warning: string): Read {
  const value = { message: text };
  return { value, text: repairJson(JSON.stringify(value)), raw: null, warning };
}

function readForm(text: string, as: BodyShape): PayloadResult {
  const fields = new Map<string, string[]>();
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1;
    fields.set(name, [...(fields.get(name) ?? []), value]);
    if (count > MAX_FIELDS) return refuse(malformed(`More than ${MAX_FIELDS} form fields.`));
  }
  return shape(fromFields(fields, as), as);
}

function readMultipart(body: Buffer, media: MediaType, as: BodyShape): PayloadResult {
  const form = parseMultipart(body, media.boundary);
  if (!form.ok) return refuse(malformed(`Multipart form parse error - ${form.message}`));
  if (form.hasFile) return refuse(NO_UPLOADS);
  if (form.fields.size > MAX_FIELDS) return refuse(malformed(`More than ${MAX_FIELDS} form fields.`));
  return shape(fromFields(form.fields, as), as);
}

/** The last of repeated fields counts, but Alertmanager's paths keep lists of strings, as clients know it. */
function fromFields(fields: ReadonlyMap<string, string[]>, as: BodyShape): Read {
  const keepsLists = as === 'alertmanager' && !fields.has('numFiring');
  const members = [...fields].map(([name, values]) => [name, keepsLists ? values : (values.at(-1) ?? '')] as const);
  const value: unknown = Object.fromEntries(members);
  const text = `{${members.map(([name, member]) => `${JSON.stringify(name)}: ${JSON.stringify(member)}`).join(', ')}}`;
  return { value, text: repairJson(text), raw: null, warning: null };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Splits a value into alerts, or adds what a type's bodies must have (ingest.md 4.1 to 4.3). */
function shape({ value, text, raw, warning }: Read, as: BodyShape): PayloadResult {
  const whole: PayloadResult = { ok: true, texts: [raw ?? text], isSplit: false, warning };
  if (as === 'whole') return value === null ? refuse(PAYLOAD_REQUIRED) : whole;
  if (!isObject(value)) return refuse(malformed('Expected a JSON object.'));
  if (as === 'grafana' && !Object.hasOwn(value, 'alerts')) return whole;
  const alerts = value.alerts ?? [];
  if (!Array.isArray(alerts) || !alerts.every(isObject)) return refuse(malformed('Expected "alerts" to be a list of objects.'));
  if (as === 'alertmanager') {
    if (Object.hasOwn(value, 'numFiring')) return whole;
    const count = (status: string): number => alerts.filter((alert) => alert.status === status).length;
    return { ...whole, texts: [addMembers(text, { numFiring: count('firing'), numResolved: count('resolved') })] };
  }
  return { ok: true, texts: listElements(text, 'alerts'), isSplit: true, warning };
}
