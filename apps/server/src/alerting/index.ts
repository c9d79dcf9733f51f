export { acknowledge } from './acknowledge.ts';
export { type ActionDeps, type ActionOptions, type ActionResult, actOnGroup, inActionTransaction } from './act.ts';
export { ACTION_SOURCE, type ActionSource, type Actor, actorUserId, bySource, byStep, bySystem, byTimer } from './actor.ts';
export type {
  AlertGroup,
  AlertGroupId,
  GroupState,
  OrgId,
  StateKind,
  UserId,
} from './alert-group.ts';
export { type Alert, type AlertFilter, listAlerts, loadAlerts } from './alert-store.ts';
export { applyActions, type Request as ActionRequest } from './apply.ts';
export { applyCurrentChain } from './apply-current-chain.ts';
export { type AttachRefusal, type AttachResult, attach } from './attach.ts';
export { actOnGroups, type BulkAction, type BulkOptions, type BulkResult } from './bulk.ts';
export { deleteGroup } from './delete.ts';
export { expireSilences } from './expire-silences.ts';
export { type Facets, facetsOf, MOST_SURVEYED } from './facets.ts';
export type { GroupFilter, TimeRange } from './group-filter.ts';
export type { Guards, Refusal } from './guards.ts';
export { type AlertGroupHooks, combineHooks, type GroupChange, type GroupEvent, type OpenedGroup } from './hooks.ts';
export {
  findLegalHold,
  isFree,
  type LegalHold,
  listLegalHolds,
  releaseLegalHold,
  setLegalHold,
} from './legal-holds/legal-hold-store.ts';
export {
  countFound,
  findGroupIds,
  findListedGroup,
  isQuickList,
  type ListedGroup,
  listGroups,
  MOST_COUNTED,
} from './list-groups.ts';
export { closeMaintenanceGroup, openMaintenanceGroup } from './maintenance-group.ts';
export { type CreateNoteResult, createNote, MAX_NOTE_LENGTH } from './resolution-notes/create-note.ts';
export { deleteNote } from './resolution-notes/delete-note.ts';
export { findNote, listNotes, type NoteSource, notesOfGroups, type ResolutionNote } from './resolution-notes/note-store.ts';
export { type UpdateNoteResult, updateNote } from './resolution-notes/update-note.ts';
export { resolve } from './resolve.ts';
export { countErasable, erasePayloads, forgetAlertGroups } from './retention.ts';
export {
  createView,
  deleteView,
  findView,
  listViews,
  type SavedView,
  updateView,
  VIEW_VISIBILITIES,
  type ViewVisibility,
} from './saved-views/view-store.ts';
export { silence } from './silence.ts';
export { applySourceSignals, type SourceSignal } from './source-signals.ts';
export { type GroupRef, lockGroup, lockGroups, refKey } from './store.ts';
export { ownColumns, resetOwnColumns, setOwnColumns, type TableColumn } from './table-columns/column-store.ts';
export { loadTimeline, type TimelineEntry } from './timeline/load-timeline.ts';
export { ESCALATION_ERROR, type NewTimelineRecord, TIMELINE } from './timeline/record.ts';
export { lastStepRecords, type StepRecord } from './timeline/step-records.ts';
export { addTimelineRecords, putTimelineRecord, type TimelineRef } from './timeline/timeline-store.ts';
export type { GroupAction } from './transition.ts';
export { unacknowledge } from './unacknowledge.ts';
export { type UnattachResult, unattach } from './unattach.ts';
export { unresolve } from './unresolve.ts';
export { unsilence } from './unsilence.ts';
export { wipe } from './wipe.ts';
