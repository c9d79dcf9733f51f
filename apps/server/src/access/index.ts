import './tables.ts';

export { ROLES, type Role } from '../users/index.ts';
export { type Authentication, authenticate, tokenFromHeader } from './authenticate.ts';
export {
  createOrganization,
  findOrganization,
  listOrganizations,
  nextGrafanaUserId,
  type Organization,
} from './organizations.ts';
export { type Permission, roleHas, rolesWith } from './permissions.ts';
export { type ApiToken, createToken, revokeToken } from './tokens.ts';
