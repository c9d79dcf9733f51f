export { RotaError, type RotaErrorCode } from './errors.ts';
export type { AllDay, CalendarKind, OnCallUser, Origin, ScheduleEvent, SwapMark } from './events/event.ts';
export { isEmpty } from './events/event.ts';
export {
  type ExportEntry,
  type ExportOptions,
  exportEntries,
  exportWindow,
  writeCalendar,
} from './ical/export.ts';
export { type ImportOptions, type ImportResult, importCalendar, sameRevision } from './ical/import.ts';
export type { ImportedCalendar } from './ical/imported.ts';
export type { EventTexts } from './ical/names.ts';
export { createDirectory, type Directory, MISSING_USER, type Person } from './people.ts';
export type { Problem } from './problem.ts';
export { type FairnessFigure, type FairnessMember, fairnessReport } from './reports/fairness.ts';
export {
  type CoverageMethod,
  DEFAULT_QUALITY_DAYS,
  type OverloadedUser,
  type QualityComment,
  type QualityReport,
  qualityReport,
  qualityWindow,
} from './reports/quality.ts';
export {
  type AwayShift,
  type TimeOff,
  type TimeOffReport,
  timeOffFromCalendar,
  timeOffOnDays,
  timeOffReport,
} from './reports/time-off.ts';
export { cutToWindow, type FinalOptions, type FinalSchedule, finalSchedule, swapEvents } from './schedule/final.ts';
export { gapsOf } from './schedule/gaps.ts';
export { eventsAt, type HandOver, handOver, nextOnCall, nextShiftPerUser, onCallAt } from './schedule/on-call.ts';
export {
  assembleSchedule,
  type CalendarSource,
  type Events,
  rawEvents,
  type Schedule,
  type StoredSchedule,
} from './schedule/schedule.ts';
export { type OpenSwaps, type Swap, type SwapState, swapState } from './schedule/swaps.ts';
export { type Occurrence, type Occurrences, occurrencesOf } from './shifts/occurrences.ts';
export { type Ending, endShift, type Revision, type RevisionRequest, reviseRotation } from './shifts/revise.ts';
export type {
  AbsentTurn,
  HolidayRule,
  Membership,
  Override,
  Recurrence,
  RecurrentEvent,
  RollingUsers,
  Shift,
  ShiftFrequency,
  ShiftSource,
  ShiftType,
  SingleEvent,
} from './shifts/shift.ts';
export {
  type CivilDay,
  type CivilTime,
  formatCivil,
  formatDay,
  parseCivil,
  parseDay,
  type Weekday,
} from './time/civil.ts';
export { findZone, isTimeZone, zoneOf } from './time/iana-zone.ts';
export { addMs, formatInstant, type Instant, instantOf, parseInstant } from './time/instant.ts';
export type { Interval, Window } from './time/interval.ts';
export { ianaFromWindows } from './time/windows-zone.ts';
export { type Disambiguation, startOfDay, UTC, type Zone } from './time/zone.ts';
