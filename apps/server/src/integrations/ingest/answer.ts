/** What an ingest URL answers. Texts and types are those that existing senders see (ingest.md 2.4). */
export type Answer = {
  status: number;
  contentType: string | null;
  body: string;
  headers: Readonly<Record<string, string>>;
};

const ALLOW = 'GET, POST, HEAD, OPTIONS';
const jsonHeaders = { Vary: 'Accept', Allow: ALLOW };

export const jsonAnswer = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  contentType: 'application/json',
  body: JSON.stringify(value),
  headers: { ...jsonHeaders, ...headers },
});

export const plainAnswer = (status: number, body: string): Answer => ({
  status,
  contentType: 'text/html; charset=utf-8',
  body,
  headers: {},
});

export const ACCEPTED = jsonAnswer(200, 'Ok.');
export const HEARTBEAT_SEEN = jsonAnswer(200, ':)');
export const HEARTBEAT_TAKEN: Answer = { status: 200, contentType: null, body: '', headers: jsonHeaders };
export const UNKNOWN_KEY = plainAnswer(403, 'Integration key was not found. Permission denied.');
/** Says no more: why, the owner of the integration reads in its log. */
export const REFUSED_BY_GUARD = jsonAnswer(403, { detail: 'The request was refused by the guard of this integration.' });
export const NOT_FOUND = jsonAnswer(404, { detail: 'Not found.' });
export const PAYLOAD_REQUIRED = plainAnswer(400, 'Payload is required');
export const NO_UPLOADS = plainAnswer(400, 'File uploads are not allowed');

export const wrongType = (pathTitle: string, keyTitle: string): Answer =>
  plainAnswer(400, `This url is for integration with ${escapeHtml(pathTitle)}. Key is for ${escapeHtml(keyTitle)}`);
export const malformed = (message: string): Answer => jsonAnswer(400, { detail: message });
export const unsupportedMediaType = (mediaType: string): Answer =>
  jsonAnswer(415, { detail: `Unsupported media type "${mediaType}" in request.` });
export const methodNotAllowed = (method: string): Answer => jsonAnswer(405, { detail: `Method "${method}" not allowed.` });
export const tooLarge = (limitBytes: number): Answer =>
  jsonAnswer(413, { detail: `The body is larger than ${limitBytes} bytes.` }, { Connection: 'close' });
/** Alertmanager repeats a delivery after a 503 within a second; `Retry-After` tells others to. */
export const unavailable = (why: string): Answer => jsonAnswer(503, { detail: why }, { 'Retry-After': '1' });

export const options = (title: string): Answer =>
  jsonAnswer(200, {
    name: title,
    description: 'Takes alerts of a monitoring system.',
    renders: ['application/json', 'text/html'],
    parses: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
  });

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
