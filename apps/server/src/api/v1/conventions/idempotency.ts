import type { FastifyInstance, FastifyReply } from 'fastify';
import { sql } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { Db } from '../../../platform/db/database.ts';
import { type SecretBox, SecretError } from '../../../platform/secrets.ts';
import { ApiError, refusal } from './api-error.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the answer will be kept; null when it will not. */
    keptAnswer: AnswerKey | null;
  }
}

type AnswerKey = { org: string; caller: string; path: string; key: string };

const KEY = /^[\x21-\x7e]{1,255}$/;
const KEPT_MS = 24 * 3_600_000;
/** A first request that has not been answered by then was cut off with its process. */
const UNDER_WAY_MS = 120_000;

export interface IdempotencyDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly secrets: SecretBox;
}

/**
 * `Idempotency-Key` on POST: for 24 hours the same key from the same caller at the same path gets the first answer again,
 * so that a script may repeat a request whose answer was lost. Answers of 5xx and 429 are not kept.
 */
export function registerIdempotency(app: FastifyInstance, { db, clock, secrets }: IdempotencyDeps): void {
  app.decorateRequest('keptAnswer', null);
  app.addHook('preHandler', async (request, reply) => {
    const key = request.method === 'POST' ? request.headers['idempotency-key'] : undefined;
    if (key === undefined || request.caller === null) return;
    if (typeof key !== 'string' || !KEY.test(key))
      throw refusal('Idempotency-Key must be 1 to 255 visible ASCII characters.', 'invalid_idempotency_key');
    const { org, tokenId, sessionId } = request.caller;
    const path = (request.url.split('?', 1)[0] ?? '').replace(/\/$/, '');
    const kept: AnswerKey = { org, caller: tokenId ?? sessionId ?? '', path, key };
    const first = await claim(db, kept, clock.now());
    if (first === null) {
      request.keptAnswer = kept;
      return;
    }
    if (first.status === null) {
      const detail = 'The first request with this Idempotency-Key is still being answered.';
      throw new ApiError(409, { detail }, { 'Retry-After': '1' });
    }
    return repeat(reply, first.status, first.content_type, opened(secrets, kept, first.body));
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.keptAnswer === null) return payload;
    const body = typeof payload === 'string' ? secrets.seal(payload, purposeOf(request.keptAnswer)) : null;
    await keep(db, request.keptAnswer, reply, body);
    return payload;
  });
}

type KeptAnswer = { status: number | null; body: Buffer | null; content_type: string | null };

const purposeOf = ({ org, caller, path, key }: AnswerKey): string => `idempotent_answer:${org} ${caller} ${path} ${key}`;

function opened(secrets: SecretBox, kept: AnswerKey, sealed: Buffer | null): string {
  if (sealed === null) return '';
  try {
    return secrets.open(sealed, purposeOf(kept));
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    throw new ApiError(409, { detail: 'The first answer to this Idempotency-Key can no longer be read.' });
  }
}

/** Takes the key, or says what was answered when it was taken before. */
async function claim(db: Db, { org, caller, path, key }: AnswerKey, now: Date): Promise<KeptAnswer | null> {
  const before = (ms: number): Date => new Date(now.getTime() - ms);
  const claimed = await sql`
    insert into idempotent_answer (organization_id, caller, path, key, created_at) values (${org}, ${caller}, ${path}, ${key}, ${now})
    on conflict (organization_id, caller, path, key) do update
      set status = null, body = null, content_type = null, created_at = excluded.created_at
      where idempotent_answer.created_at < ${before(KEPT_MS)}
        or (idempotent_answer.status is null and idempotent_answer.created_at < ${before(UNDER_WAY_MS)})
    returning 1`.execute(db);
  if (claimed.rows.length > 0) return null;
  const { rows } = await sql<KeptAnswer>`
    select status, body, content_type from idempotent_answer
    where organization_id = ${org} and caller = ${caller} and path = ${path} and key = ${key}`.execute(db);
  return rows[0] ?? { status: null, body: null, content_type: null };
}

async function keep(db: Db, { org, caller, path, key }: AnswerKey, reply: FastifyReply, body: Buffer | null): Promise<void> {
  const at = sql`organization_id = ${org} and caller = ${caller} and path = ${path} and key = ${key}`;
  if (reply.statusCode >= 500 || reply.statusCode === 429) {
    await sql`delete from idempotent_answer where ${at}`.execute(db);
    return;
  }
  const type = reply.getHeader('content-type');
  await sql`
    update idempotent_answer set status = ${reply.statusCode}, body = ${body}, content_type = ${type === undefined ? null : String(type)}
    where ${at}`.execute(db);
}

function repeat(reply: FastifyReply, status: number, type: string | null, body: string): FastifyReply {
  reply.code(status).header('Idempotency-Replayed', 'true');
  if (type === null) return reply.send();
  return reply
    .header('content-type', type)
    .serializer((text: unknown) => text as string)
    .send(body);
}

/** Drops answers that are no longer repeated. */
export async function forgetIdempotentAnswers(db: Db, now: Date): Promise<void> {
  await sql`delete from idempotent_answer where created_at < ${new Date(now.getTime() - KEPT_MS)}`.execute(db);
}
