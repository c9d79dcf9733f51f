import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OidcDenial } from '../../../access/index.ts';

export type SignInProblem =
  | OidcDenial
  | 'unknown_provider'
  | 'state_expired'
  | 'provider_refused'
  | 'provider_failed'
  | 'provider_unreachable'
  | 'session_ended'
  | 'too_many_attempts';

/** Status and words for each; nothing of what a provider or a stranger has sent stands on the page. */
const PROBLEMS: Record<SignInProblem, [status: number, text: string]> = {
  unknown_provider: [404, 'There is no such way to sign in here.'],
  state_expired: [400, 'This sign-in took too long, was begun in another browser, or was finished already. Please begin again.'],
  provider_refused: [403, 'Your provider did not sign you in.'],
  provider_failed: [502, 'The answer of your provider could not be used. An admin finds the reason in the log of the server.'],
  provider_unreachable: [502, 'Your provider could not be reached. Please try again in a while.'],
  email_missing: [403, 'Your provider did not tell your e-mail address.'],
  email_not_verified: [403, 'Your provider has not verified your e-mail address.'],
  domain_not_allowed: [403, 'People with your e-mail domain cannot sign in here.'],
  no_matching_role: [403, 'None of your groups has a role here. Ask an admin.'],
  user_deactivated: [403, 'Your account here was deactivated. Ask an admin.'],
  not_provisioned: [403, 'You have no account here. Ask an admin for an invitation.'],
  account_exists: [403, 'There is an account with your e-mail address. Sign in to it, and add this provider under your profile.'],
  identity_taken: [409, 'This sign-in belongs to another account here.'],
  other_identity: [403, 'This is not how your account signs in.'],
  unknown_link: [404, 'This link does not exist.'],
  used_link: [410, 'This link was used already.'],
  expired_link: [410, 'This link has expired. Ask for a new one.'],
  session_ended: [401, 'Your session has ended. Please sign in again.'],
  too_many_attempts: [429, 'Too many attempts. Please wait a minute.'],
};

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 30rem; margin: 15vh auto; padding: 0 1.5rem; }
  h1 { font-size: 1.25rem; }
  small { opacity: 0.7; }
`;
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Shows why somebody was not signed in, with an id by which the log can be searched (access.md 7.4). */
export function showProblem(request: FastifyRequest, reply: FastifyReply, problem: SignInProblem): FastifyReply {
  const [status, text] = PROBLEMS[problem];
  const reference = request.id.replace(/[^A-Za-z0-9._:-]/g, '');
  return reply
    .code(status)
    .headers({
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign-in failed – Tocsin</title><style>${STYLE}</style></head>
<body><main>
<h1>You could not be signed in</h1>
<p>${text}</p>
<p><a href="/login">Back to sign-in</a></p>
<p><small>Reference: ${reference} (${problem})</small></p>
</main></body>
</html>
`);
}
