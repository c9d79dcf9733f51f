import './tables.ts';

export { addLiveEvents, type LiveEvent, type NewLiveEvent, pruneEvents } from './event-store.ts';
export { createLiveFeed, type FeedDeps, type Follower, type LiveFeed } from './feed.ts';
export { LIVE_CRON, pruneLiveEvents } from './prune.job.ts';
