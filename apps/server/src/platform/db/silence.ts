import type { Socket } from 'node:net';
import type pg from 'pg';

/** What `pg` keeps and does not type. */
type Inner = { connection: { stream: Socket }; _activeQuery: unknown };

/**
 * Ends a connection on which a statement waits for its answer while nothing has come for so long: the host, or the way to it, is gone
 * without a word. TCP alone would wait a quarter of an hour, and whoever asked with it. A connection that nobody asks may be silent.
 * @param silentMs more than the longest statement may take
 */
export function endWhenSilent(client: pg.ClientBase, silentMs: number): void {
  const inner = client as unknown as Inner;
  const { stream } = inner.connection;
  stream.setTimeout(silentMs, () => {
    if (inner._activeQuery === null || inner._activeQuery === undefined) return;
    stream.destroy(new Error(`Connection terminated: no answer within ${silentMs / 1_000} s`));
  });
}
