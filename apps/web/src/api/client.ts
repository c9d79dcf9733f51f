import createClient from 'openapi-fetch';
import type { paths } from './schema.js';

export type { components, operations, paths } from './schema.js';

/**
 * The API as typed calls: `await api.GET('/api/v1/users/{id}', { params: { path: { id: 'current' } } })` gives `{ data, error, response }`,
 * and never throws for an answer. Signs in with the session cookie.
 */
export const api = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' });
