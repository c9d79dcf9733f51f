import type { BackgroundWork } from './background.ts';
import type { Context } from './context.ts';

/** The loops, jobs and cron entries of all domains. */
export const createWork = (_ctx: Context): BackgroundWork => ({ loops: [], jobs: [], cron: [] });
