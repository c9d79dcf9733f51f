import type { FastifyInstance } from 'fastify';
import type { SecretBox } from '../../../platform/secrets.ts';
import { registerUserCreation } from './create-user.routes.ts';
import { registerEmailConfirmation } from './email.routes.ts';
import { registerInvitations } from './invitations.routes.ts';
import { registerOidc } from './oidc.routes.ts';
import { registerPasskeySignIn } from './passkey-sign-in.routes.ts';
import { registerPasswords } from './password.routes.ts';
import { registerPolicy } from './policy.routes.ts';
import type { SessionDeps } from './present-session.ts';
import { registerProof } from './proof.routes.ts';
import { registerSecondFactors } from './second-factor.routes.ts';
import { registerSessions } from './sessions.routes.ts';
import { registerSignIn } from './sign-in.routes.ts';
import { registerViewAs } from './view-as.routes.ts';

/** How people get in and out (access.md 7). */
export function registerAuth(app: FastifyInstance, deps: SessionDeps & { readonly secrets: SecretBox }): void {
  registerSignIn(app, deps);
  registerPasskeySignIn(app, deps);
  registerPasswords(app, deps);
  registerEmailConfirmation(app, deps);
  registerProof(app, deps);
  registerSecondFactors(app, deps);
  registerOidc(app, deps);
  registerSessions(app, deps);
  registerViewAs(app, deps);
  registerPolicy(app, deps);
  registerInvitations(app, deps);
  registerUserCreation(app, deps);
}
