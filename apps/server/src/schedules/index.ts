import './tables.ts';

export { isTimeZone } from '@tocsin/rota';
export {
  type CoverageWarning,
  coverageWarnings,
  coverageWarningsOf,
  type LoadShare,
  loadShares,
  scheduleQuality,
} from './coverage.ts';
export { endShift } from './end-shift.ts';
export { answerOnCall } from './escalation-answers.ts';
export { forgetScheduleEvents, listScheduleEvents, type RecordedTransition } from './events/event-store.ts';
export { type WatchDeps, watchSchedules } from './events/watch-schedules.ts';
export { exportPerson, exportSchedule } from './export/export-calendar.ts';
export {
  createExportToken,
  type ExportScope,
  findExportToken,
  noteFetch,
  openExport,
  revokeExportToken,
} from './export/export-token.ts';
export { createFeedCheck } from './feeds/fetch-feed.ts';
export { type FeedDeps, refreshFeeds, reloadFeeds } from './feeds/refresh-feeds.ts';
export { isHolidayPlace, listHolidays } from './holidays.ts';
export type { OnBroken } from './load-schedules.ts';
export {
  eventsOfSwap,
  type FinalShift,
  finalShifts,
  finalShiftsOf,
  onCallBetween,
  onCallEverywhere,
  onCallNow,
  type ScheduleTimeline,
  scheduleTimeline,
  type TimelinePiece,
} from './on-call.ts';
export { leaveSwaps, replaceInShifts, type ShiftUse, type SwapUse, shiftsNaming, swapsOf } from './people-in-shifts.ts';
export { reviseShift } from './revise-shift.ts';
export { SCHEDULE_TYPES, type ScheduleInfo, type ScheduleSettings, type ScheduleType } from './schedule.ts';
export {
  attachShifts,
  createSchedule,
  deleteSchedule,
  findSchedule,
  listSchedules,
  type ScheduleFilter,
  saveSchedule,
  scheduleIds,
  takeShifts,
} from './schedule-store.ts';
export {
  FREQUENCIES,
  type Frequency,
  forcedByType,
  type OnCallShift,
  SHIFT_TYPES,
  type ShiftSettings,
  type ShiftSource,
  type ShiftType,
  WEEKDAYS,
  type Weekday,
} from './shift.ts';
export { createShift, findShift, listShifts, saveShift, shiftsById, shiftsOfSchedules } from './shift-store.ts';
export {
  createSwap,
  deleteSwap,
  findSwap,
  listSwaps,
  type ShiftSwap,
  type SwapFilter,
  saveSwap,
  swapStatus,
  takeSwap,
} from './swap-store.ts';
export {
  deleteTimeOffFeed,
  findTimeOffFeed,
  listTimeOffFeeds,
  saveTimeOffFeed,
  type TimeOffFeed,
} from './time-off-feed-store.ts';
export {
  createTimeOff,
  deleteTimeOff,
  findTimeOff,
  listTimeOff,
  type TimeOff,
  updateTimeOff,
} from './time-off-store.ts';
export { awayUntil, nextTurns, onCallUntil, peopleOfSchedule, type Turn, turnsOfPerson } from './turns-ahead.ts';
