import { api } from './client.ts';
import { ApiError } from './errors.ts';
import type { PasskeyOptions, PasskeySignInOptions } from './schema.js';

/** What `navigator.credentials` answered, as the API takes it. */
export type PasskeyAnswer = { challenge_id: string; response: unknown };

/** Why a passkey cannot be used here, such as on a page that came over plain http; null when it can. */
export function passkeyProblem(): string | null {
  if (!window.isSecureContext) return 'Passkeys need https.';
  if (typeof PublicKeyCredential === 'undefined' || !('parseRequestOptionsFromJSON' in PublicKeyCredential))
    return 'This browser does not know passkeys.';
  return null;
}

/** What became of asking a device: the person can close its dialog, which is no failure. */
export class PasskeyRefused extends Error {
  override readonly name = 'PasskeyRefused';
}

async function ask<Answer>(run: () => Promise<Answer | null>): Promise<Answer> {
  try {
    const answer = await run();
    if (answer === null) throw new PasskeyRefused('The device gave no passkey.');
    return answer;
  } catch (error) {
    if (error instanceof DOMException) {
      const known = error.name === 'InvalidStateError';
      throw new PasskeyRefused(
        known ? 'This device has a passkey of yours already.' : 'No passkey was used: the device was not unlocked, or has none.',
        { cause: error },
      );
    }
    throw error;
  }
}

/** @param options as the API gave them, for `navigator.credentials.get` */
export async function answerOfPasskey({ challenge_id, options }: PasskeySignInOptions): Promise<PasskeyAnswer> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
  const credential = await ask(() => navigator.credentials.get({ publicKey }));
  return { challenge_id, response: (credential as PublicKeyCredential).toJSON() };
}

/** Signs in whoever the device knows. @throws PasskeyRefused, ApiError */
export async function signInByPasskey(): Promise<void> {
  const asked = await api.post<PasskeySignInOptions>('/auth/passkeys/options');
  const answer = await answerOfPasskey(asked);
  try {
    await api.post('/auth/passkeys/login', { body: answer });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'bad_credentials') throw error;
    throw new PasskeyRefused('This passkey is not known here. It may have been removed.', { cause: error });
  }
}

/** Makes a passkey on this device and keeps its public half. @returns recovery codes, when it is the first second factor */
export async function addPasskey(name: string): Promise<string[]> {
  const { challenge_id, options } = await api.post<PasskeyOptions>('/auth/passkeys/registration');
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  const credential = await ask(() => navigator.credentials.create({ publicKey }));
  const body = { challenge_id, response: (credential as PublicKeyCredential).toJSON(), name };
  return (await api.post<{ recovery_codes: string[] }>('/auth/passkeys', { body })).recovery_codes;
}

/** Proves who one is by a passkey, for what asks for a fresh proof. */
export async function proveByPasskey(): Promise<void> {
  const asked = await api.post<PasskeyOptions>('/auth/proof/options');
  await api.post('/auth/proof', { body: { passkey: await answerOfPasskey(asked) } });
}
