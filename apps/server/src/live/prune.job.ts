import { Type } from 'typebox';
import type { Db } from '../platform/db/database.ts';
import { type CronEntry, defineJob } from '../platform/jobs/index.ts';
import { pruneEvents } from './event-store.ts';

/** Keeps the table of live events small. */
export const pruneLiveEvents = defineJob({
  name: 'live.prune',
  payload: Type.Object({}),
  run: async ({ db }: { db: Db }) => void (await pruneEvents(db)),
});

export const LIVE_CRON: readonly CronEntry<{ db: Db }>[] = [{ job: pruneLiveEvents, match: '* * * * *' }];
