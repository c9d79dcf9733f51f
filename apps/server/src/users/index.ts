export { type CreateUserResult, createUser, type NewUser } from './create-user.ts';
export { hashPassword, newOneTimePassword, verifyPassword } from './password.ts';
export { listUsers, teamsOfUsers, type UserFilter } from './directory.ts';
export { findUser, findUserByLogin, findUsers } from './store.ts';
export { ROLES, type Role, type User } from './user.ts';
