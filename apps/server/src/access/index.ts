import './tables.ts';

export { ROLES, type Role } from '../users/index.ts';
export { type Authentication, authenticate, type Credentials, type Refusal, tokenFromHeader } from './authenticate.ts';
export { type Caller, type CallerActor, can, isOrganizationAdmin, type TeamScope, type Via } from './caller.ts';
export {
  createOrganization,
  listOrganizations,
  nextGrafanaUserId,
  type Organization,
} from './organizations.ts';
export {
  acceptedBy,
  fullName,
  meets,
  PERMISSIONS,
  type Permission,
  parsePermission,
  permissionsOfRole,
  type Requirement,
  roleHas,
  rolesWith,
} from './permissions.ts';
export { type ApiToken, createToken, revokeToken } from './tokens.ts';
