import type { FastifyInstance } from 'fastify';
import { ApiError, refusal } from './api-error.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** JSON bodies as they were sent, for what numbers and the order of keys matter to. */
    bodyText: string;
  }
}

/** Bytes of a body; a route may set its own limit. All templates of an integration at their longest fit. */
export const API_BODY_LIMIT = 4 * 1024 * 1024;
/** Arrays and objects inside each other. No field of the API goes deeper, and what would has to be walked by recursion. */
const MOST_NESTED = 1_000;

/** Bodies of the public API: JSON, an empty one as `{}`, and forms as flat objects (http-api-alerting.md 1.4). */
export function readRequestBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.decorateRequest('bodyText', '');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text: string, done) => {
    request.bodyText = text;
    if (text.trim() === '') return done(null, {});
    try {
      if (isNestedDeeper(text, MOST_NESTED)) throw new Error(`nested more than ${MOST_NESTED} deep`);
      done(null, JSON.parse(text));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      done(new ApiError(400, { detail: `JSON parse error - ${reason}` }), undefined);
    }
  });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text: string, done) => {
    done(null, Object.fromEntries(new URLSearchParams(text)));
  });
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    readMultipart(body, request.headers['content-type'] ?? '').then(
      (fields) => done(null, fields),
      () => done(refusal('Multipart form parse error - Invalid boundary or part.', 'parse_error'), undefined),
    );
  });
  app.addContentTypeParser('*', (request, _payload, done) => {
    if (request.headers['content-length'] === '0') return done(null, {});
    done(
      new ApiError(415, { detail: `Unsupported media type "${request.headers['content-type'] ?? ''}" in request.` }),
      undefined,
    );
  });
}

/** The text fields of a multipart form, as a flat object. Files are left out: no field of the API is one. */
async function readMultipart(body: Buffer, contentType: string): Promise<Record<string, string>> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  return Object.fromEntries([...form].filter((field): field is [string, string] => typeof field[1] === 'string'));
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [...'"\\[]{}'].map((char) => char.charCodeAt(0));

/** Whether JSON text has more arrays and objects inside each other than `limit`. */
function isNestedDeeper(text: string, limit: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isInString = !isInString;
    else if (isInString) at += code === BACKSLASH ? 1 : 0;
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1;
      if (depth > limit) return true;
    }
  }
  return false;
}
