import './tables.ts';

export { ROLES, type Role } from '../users/index.ts';
export { type Authentication, authenticate, tokenFromHeader } from './authenticate.ts';
export {
  createOrganization,
  listOrganizations,
  nextGrafanaUserId,
  type Organization,
} from './organizations.ts';
export { type Permission, roleHas, rolesWith } from './permissions.ts';
export { type ApiToken, createToken, revokeToken } from './tokens.ts';
