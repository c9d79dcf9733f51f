import type { FastifyError, FastifyInstance } from 'fastify';
import { ApiError, type ErrorBody, refusal } from './api-error.ts';
import type { ContactsOf } from './contacts.ts';
import type { NoteRefusal } from './refusals.ts';

/** PostgreSQL takes no NUL characters, in texts (SQLSTATE 22021) or in JSON (22P05), wherever a request put them. */
const NUL_REFUSED: ReadonlySet<unknown> = new Set(['22021', '22P05']);
const NUL_ANSWER = refusal('Null characters are not allowed.', 'null_characters');

function asApiError(error: Error): ApiError | null {
  if (error instanceof ApiError) return error;
  return 'code' in error && NUL_REFUSED.has(error.code) ? NUL_ANSWER : null;
}

/**
 * Turns the errors of the API into its answers. Everything else is for the server's own handler. Who lacks a permission is told whom to
 * ask (access.md 17.2).
 */
export function answerErrors(app: FastifyInstance, contactsOf: ContactsOf, noteRefusal: NoteRefusal): void {
  app.setErrorHandler(async (error: FastifyError | Error, request, reply) => {
    const known = asApiError(error);
    if (known === null) throw error;
    const { caller } = request;
    if (caller !== null && isMissingRight(known)) await noteRefusal(caller, request);
    const body = caller === null ? known.body : await withContact(known, caller.org, contactsOf);
    return reply
      .code(known.status)
      .headers(known.headers)
      .header('content-type', 'application/json')
      .serializer((text: unknown) => text as string)
      .send(JSON.stringify(body));
  });
}

const isMissingRight = ({ body }: Pick<ApiError, 'body'>): boolean =>
  typeof body === 'object' && 'code' in body && body.code === 'permission_denied';

async function withContact({ body }: ApiError, org: string, contactsOf: ContactsOf): Promise<ErrorBody> {
  if (!isMissingRight({ body }) || typeof body !== 'object' || 'contact' in body) return body;
  return { ...body, contact: await contactsOf(org) };
}
