import { Logger } from 'graphile-worker';
import type { Log } from '../log.ts';

/** The worker's log lines in ours. What it calls information is detail to us; jobs that fail are logged by `worker.ts`. */
export const workerLogger = (log: Log): Logger =>
  new Logger(() => (level, message) => {
    if (level === 'error') log.warn({ from: 'graphile-worker' }, message);
    else log.debug({ from: 'graphile-worker' }, message);
  });
