export { addressOf, api, type ListPage, listAll, type Query } from './client.ts';
export {
  chainsQuery,
  integrationsQuery,
  nameOfUser,
  schedulesQuery,
  teamsQuery,
  usersQuery,
  webhooksQuery,
} from './directory.ts';
export { ApiError, errorText, type FieldErrors } from './errors.ts';
export { type Session, sessionQuery, useCan, useForbidden, useSession } from './session.ts';
export type * from './types.ts';
