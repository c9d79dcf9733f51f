import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.ts';

/** Somebody who uses the API while processes die. */
export interface Operator {
  /** Groups whose acknowledge was answered 2xx. */
  readonly acknowledged: string[];
  /** Answers that no client should get from an API whose database dies. */
  readonly surprises: string[];
  stop(): Promise<void>;
}

export type Api = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: Record<string, unknown> }>;

/** Calls the API at whichever address is given now. Throws when no answer comes. */
export const createApi =
  (url: () => string, token: string): Api =>
  async (method, path, body) => {
    const answer = await fetch(`${url()}/api/v1/${path}`, {
      method,
      headers: { authorization: token, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true && text !== '';
    return { status: answer.status, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
  };

/** 400: the group changed meanwhile. 404: it is not known yet where it was asked. 503: the database is away. */
const EXPECTED: ReadonlySet<number> = new Set([200, 400, 404, 503]);

/** Acknowledges a firing group now and then. */
export function startOperator(api: Api, random: Random): Operator {
  const acknowledged: string[] = [];
  const surprises: string[] = [];
  let working = true;

  async function once(): Promise<void> {
    const firing = await api('GET', 'alert_groups/?state=new&perpage=25');
    if (!EXPECTED.has(firing.status)) surprises.push(`listing: ${firing.status}`);
    const groups = (firing.body.results ?? []) as { id: string }[];
    if (groups.length === 0) return;
    const { id } = random.pick(groups);
    const answer = await api('POST', `alert_groups/${id}/acknowledge`);
    if (answer.status === 200) acknowledged.push(id);
    else if (!EXPECTED.has(answer.status)) surprises.push(`acknowledge: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  const work = (async () => {
    while (working) {
      await once().catch(() => undefined); // the server is away
      await sleep(random.between(20, 250));
    }
  })();
  return {
    acknowledged,
    surprises,
    async stop() {
      working = false;
      await work;
    },
  };
}
