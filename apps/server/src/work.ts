import type { StartWork } from './background.ts';

/** The loops, jobs and cron entries of all domains. */
export const startWork: StartWork = () => ({ loops: [], jobs: [], cron: [] });
