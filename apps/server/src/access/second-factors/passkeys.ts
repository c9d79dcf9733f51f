import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Db, Tx } from '../../platform/db/database.ts';
import { keepChallenge, takeChallenge } from '../sign-in/challenges.ts';
import { findPasskey, insertPasskey, listPasskeys, notePasskeyUse, type Passkey } from './passkey-store.ts';

/** Loaded when somebody uses a passkey: it is a third of all modules. */
const webauthn = () => import('@simplewebauthn/server');

const PRODUCT = 'Tocsin';
const ANSWER_WITHIN_MS = 10 * 60_000;

/** The site that passkeys are for: the host of the base URL. */
export interface PasskeySite {
  readonly id: string;
  readonly origin: string;
}

export const passkeySite = (baseUrl: string): PasskeySite => ({ id: new URL(baseUrl).hostname, origin: new URL(baseUrl).origin });

const expiry = (now: Date): Date => new Date(now.getTime() + ANSWER_WITHIN_MS);
const asCredential = ({ credentialId, transports }: Passkey) => ({
  id: credentialId,
  transports: [...transports] as AuthenticatorTransport[],
});

export interface Asked<Options> {
  readonly challengeId: string;
  readonly options: Options;
}

/** What a browser is to be given to make a passkey (WebAuthn 3, `navigator.credentials.create`). */
export async function askForRegistration(
  db: Db | Tx,
  site: PasskeySite,
  user: { readonly org: string; readonly id: string; readonly username: string; readonly name: string },
  now: Date,
): Promise<Asked<PublicKeyCredentialCreationOptionsJSON>> {
  const known = await listPasskeys(db, user.org, user.id);
  const options = await (await webauthn()).generateRegistrationOptions({
    rpName: PRODUCT,
    rpID: site.id,
    userID: new Uint8Array(Buffer.from(user.id)),
    userName: user.username,
    userDisplayName: user.name === '' ? user.username : user.name,
    attestationType: 'none',
    excludeCredentials: known.map(asCredential),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  });
  const { challenge } = options;
  const challengeId = await keepChallenge(
    db,
    { kind: 'passkey_registration', org: user.org, userId: user.id, data: { challenge } },
    expiry(now),
  );
  return { challengeId, options };
}

const challengeIn = (data: unknown): string => (data as { challenge: string }).challenge;

/** Keeps the passkey that a browser has made; null when the answer does not fit what was asked. */
export async function addPasskey(
  tx: Tx,
  site: PasskeySite,
  who: { readonly org: string; readonly userId: string },
  answer: { readonly challengeId: string; readonly response: unknown; readonly name: string },
  now: Date,
): Promise<Passkey | null> {
  const asked = await takeChallenge(tx, answer.challengeId, 'passkey_registration', now);
  if (asked?.org !== who.org || asked.userId !== who.userId) return null;
  const verified = await (await webauthn())
    .verifyRegistrationResponse({
      response: answer.response as RegistrationResponseJSON,
      expectedChallenge: challengeIn(asked.data),
      expectedOrigin: site.origin,
      expectedRPID: site.id,
      requireUserVerification: false,
    })
    .catch(() => null); // anything but an answer of a browser is no answer
  if (verified === null || !verified.verified) return null;
  const { credential, credentialBackedUp } = verified.registrationInfo;
  return insertPasskey(
    tx,
    {
      ...who,
      name: answer.name,
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: credential.transports ?? [],
      isSynced: credentialBackedUp,
    },
    now,
  );
}

/**
 * What a browser is to be given to use a passkey.
 * @param who whose passkeys will do, as a second factor; null: whoever has one, who must then unlock it as well
 */
export async function askForPasskey(
  db: Db | Tx,
  site: PasskeySite,
  who: { readonly org: string; readonly userId: string } | null,
  now: Date,
): Promise<Asked<PublicKeyCredentialRequestOptionsJSON>> {
  const known = who === null ? [] : await listPasskeys(db, who.org, who.userId);
  const options = await (await webauthn()).generateAuthenticationOptions({
    rpID: site.id,
    userVerification: who === null ? 'required' : 'preferred',
    ...(who === null ? {} : { allowCredentials: known.map(asCredential) }),
  });
  const { challenge } = options;
  const challengeId = await keepChallenge(
    db,
    { kind: 'passkey_sign_in', org: who?.org ?? null, userId: who?.userId ?? null, data: { challenge } },
    expiry(now),
  );
  return { challengeId, options };
}

/** The passkey that a browser has used; null when the answer does not fit what was asked. */
export async function checkPasskey(
  db: Db | Tx,
  site: PasskeySite,
  given: unknown,
  who: { readonly org: string; readonly userId: string } | null,
  now: Date,
): Promise<Passkey | null> {
  const answer = readAnswer(given);
  if (answer === null) return null;
  const asked = await takeChallenge(db, answer.challengeId, 'passkey_sign_in', now);
  if (asked === null || asked.org !== (who?.org ?? null) || asked.userId !== (who?.userId ?? null)) return null;
  const passkey = await findPasskey(db, answer.response.id);
  if (passkey === null || (who !== null && (passkey.org !== who.org || passkey.userId !== who.userId))) return null;
  const verified = await (await webauthn())
    .verifyAuthenticationResponse({
      response: answer.response,
      expectedChallenge: challengeIn(asked.data),
      expectedOrigin: site.origin,
      expectedRPID: site.id,
      credential: {
        ...asCredential(passkey),
        publicKey: new Uint8Array(passkey.publicKey),
        counter: passkey.counter,
      },
      requireUserVerification: who === null,
    })
    .catch(() => null); // anything but an answer of a browser is no answer
  if (verified === null || !verified.verified) return null;
  await notePasskeyUse(db, passkey, verified.authenticationInfo.newCounter, now);
  return passkey;
}

function readAnswer(given: unknown): { challengeId: string; response: AuthenticationResponseJSON } | null {
  if (typeof given !== 'object' || given === null) return null;
  const { challenge_id: challengeId, response } = given as { challenge_id?: unknown; response?: unknown };
  if (typeof challengeId !== 'string' || typeof response !== 'object' || response === null) return null;
  const isNamed = 'id' in response && typeof response.id === 'string';
  return isNamed ? { challengeId, response: response as AuthenticationResponseJSON } : null;
}
