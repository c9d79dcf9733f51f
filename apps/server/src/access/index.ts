import './tables.ts';
import './sessions/tables.ts';
import './sign-in/tables.ts';

export { ROLES, type Role } from '../users/index.ts';
export {
  type Authentication,
  authenticate,
  type Credentials,
  type Refusal,
  tokenFromHeader,
} from './authenticate.ts';
export { type Caller, type CallerActor, can, isOrganizationAdmin, type TeamScope, type Via } from './caller.ts';
export { createOidcClient, newQuestion, type OidcClient, OidcError, type OidcQuestion } from './oidc/client.ts';
export { listIdentities, type OidcIdentity, removeIdentities } from './oidc/identity-store.ts';
export { type OidcPerson, type OidcProvider, personOfClaims } from './oidc/provider.ts';
export { type OidcDenial, type OidcPurpose, type OidcSignIn, signInOidc } from './oidc/sign-in-oidc.ts';
export {
  type OrganizationSettings,
  REMIND_SECONDS,
  readOrganizationSettings,
  saveOrganizationSettings,
  UNACKNOWLEDGE_SECONDS,
} from './organization-settings.ts';
export {
  createOrganization,
  listOrganizations,
  nextGrafanaUserId,
  type Organization,
  renameOrganization,
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
} from './permissions.ts';
export { isQuiet, RETENTION_RANGES, type RetentionSettings } from './retention.ts';
export { FIXED_ROLES, type FixedRole, rolesGranting } from './roles/fixed-roles.ts';
export { usersWith } from './roles/holders.ts';
export {
  type GrantedRole,
  loadAccountRights,
  loadUserRights,
  type Narrowing,
  NOT_NARROWED,
  type Rights,
} from './roles/rights.ts';
export {
  assignRoles,
  createRole,
  deleteRole,
  findRole,
  listRoles,
  type RoleInfo,
  rolesOf,
  type Subject,
  type SubjectType,
  setRoleSubjects,
  subjectsOfRole,
  updateRole,
} from './roles/role-store.ts';
export { findViewedRole, type ViewedRole } from './roles/viewed-role.ts';
export { idTokenPurpose, sealedAccessColumns } from './sealed-columns.ts';
export { listPasskeys, type Passkey, removePasskeys, renamePasskey } from './second-factors/passkey-store.ts';
export {
  addPasskey,
  askForPasskey,
  askForRegistration,
  checkPasskey,
  type PasskeySite,
  passkeySite,
} from './second-factors/passkeys.ts';
export { countRecoveryCodes, createRecoveryCodes, removeRecoveryCodes } from './second-factors/recovery-codes.ts';
export {
  createSecondStep,
  type Factor,
  removeSecondFactors,
  type SecondProof,
  type SecondStep,
} from './second-factors/second-step.ts';
export { beginTotp, readTotp, removeTotp, useTotp } from './second-factors/totp.ts';
export {
  createServiceAccount,
  deleteServiceAccount,
  findServiceAccount,
  listServiceAccounts,
  type ServiceAccount,
  updateServiceAccount,
} from './service-accounts/service-account-store.ts';
export { authenticateRequest, type SessionGate } from './sessions/authenticate-request.ts';
export { createSessionCookie, readCookie, type SessionCookie } from './sessions/cookie.ts';
export { isSafeMethod, type RequestFacts, siteOf } from './sessions/csrf.ts';
export { readPolicy, type SignInPolicy, writePolicy } from './sessions/policy.ts';
export {
  endOfSession,
  hasRecentProof,
  type Origin,
  PROOF_LASTS_MS,
  type Session,
  type SessionMethod,
} from './sessions/session.ts';
export {
  digestOf,
  endSessions,
  findSession,
  listSessions,
  type NewSession,
  newSecret,
  providerOfSession,
  rotateSession,
  startSession,
  viewAs,
} from './sessions/store.ts';
export { type Acceptance, type AcceptResult, acceptInvitation, openInvitationOf } from './sign-in/accept-invitation.ts';
export { type Challenge, keepChallenge, takeChallenge } from './sign-in/challenges.ts';
export { cancelEmailChange, confirmEmail, pendingEmail, requestEmailChange } from './sign-in/change-email.ts';
export type { FirstAdmin, FirstAdminResult, FirstRun } from './sign-in/first-run.ts';
export { forgetSignIns } from './sign-in/forget.ts';
export {
  createInvitation,
  findInvitation,
  type Invitation,
  listInvitations,
  renewInvitation,
  revokeInvitation,
  stateOfInvitation,
} from './sign-in/invitations.ts';
export { type AuthMail, createSignInMailJob, type SendMail, type SignInMail } from './sign-in/mail.job.ts';
export { type PasswordSignIn, signInWithPassword } from './sign-in/password-sign-in.ts';
export { createProxyCheck, type ProxySignIn, type ProxySignInResult, userOfProxy } from './sign-in/proxy-sign-in.ts';
export { createPasswordReset, findPasswordReset, forcePassword, resetPassword } from './sign-in/reset-password.ts';
export {
  ACCOUNT_LIMIT,
  ADDRESS_LIMIT,
  type AttemptLimit,
  accountKey,
  addressKey,
  forgive,
  HOURLY_LIMIT,
  refund,
  takeAttempt,
} from './sign-in/throttle.ts';
export type { OnNewAddress } from './token-addresses.ts';
export { createTokenMemory, type TokenMemory } from './token-memory.ts';
export { type TokenNotice, takeTokenNotices } from './token-notices.ts';
export { isAdoptable, isServiceToken } from './token-text.ts';
export {
  type ApiToken,
  countUserTokens,
  createToken,
  findLiveToken,
  freeTokenName,
  isTokenTaken,
  listTokens,
  type NewToken,
  revokeToken,
  revokeTokensOf,
  type TokenOwner,
} from './tokens.ts';
export { inVisibleTeam, ofTeam, ofVisibleGroup, type Viewer, viewerOf, visibleTo } from './visibility.ts';
