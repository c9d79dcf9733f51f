import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';

export class JobPayloadError extends Error {
  override readonly name = 'JobPayloadError';
  readonly code = 'JOB_PAYLOAD_INVALID';
}

export type JobDefinition<C, S extends TSchema> = {
  /** `folder.verb`, unique; stored in the queue, so that renaming it orphans what waits there. */
  name: string;
  /** Ids, not state: a job reads the world again when it runs. */
  payload: S;
  /** While a job with the same key waits, adding another replaces it. */
  key?: (payload: Static<S>) => string;
  /** Jobs with the same queue name run one after the other. */
  queue?: (payload: Static<S>) => string;
  /** Tries before the job counts as dead; waits between them grow to about six hours. */
  maxAttempts?: number;
  /** Smaller numbers first; 0 when left out. */
  priority?: number;
  /** May run twice, late, or after it is no longer wanted. */
  run: (ctx: C, payload: Static<S>, attempt: number) => Promise<void>;
};

/** What the worker needs of a job, whatever its payload. */
export interface AnyJob<C> {
  readonly name: string;
  readonly maxAttempts: number;
  readonly priority: number;
  /** @throws JobPayloadError when the payload does not fit the job's schema */
  handle(ctx: C, payload: unknown, attempt: number): Promise<void>;
}

export interface Job<C, P> extends AnyJob<C> {
  keyOf(payload: P): string | null;
  queueOf(payload: P): string | null;
}

/** A kind of background job. The engine's timers are rows with due times, not jobs. */
export function defineJob<C, S extends TSchema>(definition: JobDefinition<C, S>): Job<C, Static<S>> {
  const { name, payload: schema, key, queue } = definition;
  return {
    name,
    maxAttempts: definition.maxAttempts ?? 25,
    priority: definition.priority ?? 0,
    keyOf: (payload) => (key === undefined ? null : `${name}:${key(payload)}`),
    queueOf: (payload) => (queue === undefined ? null : queue(payload)),
    async handle(ctx, payload, attempt) {
      if (!Value.Check(schema, payload)) {
        const [problem] = Value.Errors(schema, payload);
        throw new JobPayloadError(`${name}: ${problem?.instancePath ?? ''} ${problem?.message ?? 'invalid payload'}`);
      }
      await definition.run(ctx, payload as Static<S>, attempt);
    },
  };
}
