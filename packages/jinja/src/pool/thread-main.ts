import { workerData } from 'node:worker_threads';
import type { CreateEnvironment } from './job.ts';
import { serveJobs, type ThreadSetup } from './serve-jobs.ts';

// What a thread runs.
const { environmentModule } = workerData as ThreadSetup;
const { createEnvironment } = (await import(/* @vite-ignore */ environmentModule)) as { createEnvironment: CreateEnvironment };
serveJobs(createEnvironment);
