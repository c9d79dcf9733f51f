import type { RouteOptions } from 'fastify';
import { type TSchema, Type } from 'typebox';

/** Gives a schema the name it has in the API's description and in the clients made from it: `AlertGroup`. */
export const named = <T extends TSchema>(name: string, schema: T): T => ({ title: name, ...schema });

const Detail = named(
  'Detail',
  Type.Object(
    {
      detail: Type.String({ examples: ['Not found.'] }),
      code: Type.Optional(
        Type.String({ description: 'Stays the same when the text is worded anew.', examples: ['permission_denied'] }),
      ),
    },
    { additionalProperties: true, description: 'Some refusals say more under keys of their own.' },
  ),
);
const errorBody = (description: string): TSchema => Type.Unknown({ title: 'ErrorBody', 'x-response-description': description });

/** Errors that any route may answer with; `describeRoute` adds those that a route leaves out. */
export const errorResponses = {
  400: errorBody('Something is wrong with the request: texts by field, or `detail`.'),
  401: { ...Detail, 'x-response-description': 'The session of the cookie has ended.' },
  403: { ...Detail, 'x-response-description': 'The token is missing or wrong, or its permissions do not reach.' },
  404: { ...Detail, 'x-response-description': 'There is no such object.' },
  429: { ...Detail, 'x-response-description': 'Too many requests; `Retry-After` says how many seconds to wait.' },
};
const otherErrors = {
  default: errorBody('Others: 405 with `Allow`, 409, 412, 413, 415, and 503 with `Retry-After` while the database is away.'),
};

/** Completes what a route says of itself: its errors, whether it takes a token, and the permission that it asks for. */
export function describeRoute(route: RouteOptions): void {
  const { schema, config } = route;
  if (schema === undefined || schema.hide === true) return;
  schema.response = { ...errorResponses, ...(schema.response as object | undefined), ...otherErrors };
  if (config?.isPublic === true) schema.security = [];
  if (config?.permission !== undefined) Object.assign(schema, { 'x-permission': config.permission });
  if (config?.usersOnly !== undefined)
    Object.assign(schema, { 'x-users-only': config.usersOnly === true ? 'always' : 'unless-may-act' });
  if (config?.sessionOnly === true) Object.assign(schema, { 'x-session-only': true });
}

/** An answer that is no JSON: a calendar, a table, a stream. */
export const answerOf = (description: string, ...mediaTypes: readonly string[]) => ({
  description,
  content: Object.fromEntries(mediaTypes.map((type) => [type, { schema: Type.String() }])),
});
