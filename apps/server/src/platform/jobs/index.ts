export { installJobQueue } from './install.ts';
export { type AnyJob, defineJob, type Job, type JobDefinition } from './job.ts';
export { type AddJobOptions, createJobQueue, type JobQueue } from './job-queue.ts';
export { joinProcesses, type Presence, type PresenceOptions } from './presence.ts';
export { runJobsOnce } from './run-jobs.ts';
export { type CronEntry, type JobEvent, type JobWorker, startWorker, type WorkerOptions } from './worker.ts';
