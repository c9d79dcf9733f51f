import type { Dispatcher } from 'undici';

/** Ended by the caller's limit. */
export class TimeLimit extends Error {
  readonly limitMs: number;
  constructor(limitMs: number) {
    super(`no answer within ${limitMs} ms`);
    this.limitMs = limitMs;
  }
}

export type Dispatched = {
  url: URL;
  method: Dispatcher.HttpMethod;
  headers: Readonly<Record<string, string>>;
  body: string | Buffer | null;
  /** Of the answer; what comes after is left unread. */
  maxBytes: number;
  limits: {
    /** For this request and those before it: the limit that an error names, and how much of it is left. */
    whole: { limitMs: number; leftMs: number };
    /** From now until the first of the answer. */
    answerWithinMs: number | null;
  };
};

export type DispatchAnswer = { status: number; headers: Record<string, string>; body: string; truncated: boolean };

/**
 * One request and its whole answer, decoded as UTF-8, by undici's handlers: its `request` makes a stream and a signal for each, which
 * short answers have no use for. Header names are in lower case, repeated ones joined by a comma.
 * @throws TimeLimit, and what undici throws
 */
export function dispatchOnce(agent: Dispatcher, request: Dispatched): Promise<DispatchAnswer> {
  const { url, method, maxBytes, limits } = request;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let head: { status: number; headers: Record<string, string> } | null = null;
    let controller: Dispatcher.DispatchController | null = null;
    let ended: Error | null = null;

    const clear = () => {
      clearTimeout(wholeTimer);
      clearTimeout(answerTimer);
    };
    const fail = (err: Error) => {
      clear();
      ended ??= err;
      reject(err);
    };
    /** A request that waits for a connection has no controller yet; it ends where it would begin. */
    const end = (reason: Error) => {
      fail(reason);
      controller?.abort(reason);
    };
    const succeed = (truncated: boolean) => {
      clear();
      if (head !== null) resolve({ ...head, body: Buffer.concat(chunks).toString('utf8'), truncated });
    };
    const endAfter = (ms: number, limitMs: number) => setTimeout(() => end(new TimeLimit(limitMs)), Math.max(0, ms));
    const wholeTimer = endAfter(limits.whole.leftMs, limits.whole.limitMs);
    const answerTimer = limits.answerWithinMs === null ? undefined : endAfter(limits.answerWithinMs, limits.answerWithinMs);

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(given) {
        controller = given;
        if (ended !== null) given.abort(ended);
      },
      onResponseStart(_, status, headers) {
        if (status < 200) return;
        clearTimeout(answerTimer);
        head = { status, headers: joinHeaders(headers) };
      },
      onResponseData(given, chunk) {
        const room = maxBytes - size;
        if (chunk.length <= room) {
          chunks.push(chunk);
          size += chunk.length;
          return;
        }
        chunks.push(chunk.subarray(0, Math.max(0, room)));
        size = maxBytes;
        succeed(true);
        given.abort(new Error('the rest of the answer is left unread'));
      },
      onResponseEnd: () => succeed(false),
      onResponseError: (_, err) => fail(err),
    };
    try {
      agent.dispatch(
        { origin: url.origin, path: url.pathname + url.search, method, headers: request.headers, body: request.body },
        handler,
      );
    } catch (err) {
      fail(err instanceof Error ? err : new Error(String(err)));
    }
  });
}

const joinHeaders = (headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), typeof value === 'string' ? value : value.join(', ')]],
    ),
  );
