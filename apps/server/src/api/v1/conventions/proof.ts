import type { FastifyRequest } from 'fastify';
import { hasRecentProof } from '../../../access/index.ts';
import { ApiError } from './api-error.ts';

/**
 * Refuses a session whose person last proved who they are more than a quarter of an hour ago; `POST auth/proof` renews the proof.
 * Tokens are not asked: they prove themselves with each request. Routes declare it as `config: { needsProof: true }`.
 */
export function requireRecentProof(request: FastifyRequest, now: Date): void {
  if (request.session !== null && !hasRecentProof(request.session, now)) {
    throw new ApiError(403, { detail: 'Confirm who you are, and try again.', code: 'proof_required' });
  }
}
