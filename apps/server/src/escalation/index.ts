export { escalationHooks } from './hooks.ts';
export { createEscalationMetrics, type EscalationMetrics } from './metrics.ts';
export { advancePersonalRuns } from './personal/advance-personal-runs.ts';
export { type PageUsersResult, pageUsers, unpageUser } from './personal/page-users.ts';
export { loadPeople } from './personal/people-store.ts';
export type { PersonalRule } from './personal/person.ts';
export { acknowledgeOwnPages, type Responder, type ResponderState, respondersOf } from './personal/responders.ts';
export { type Plan, type PlanDeps, type PlanState, planOf, planOfChain } from './plan/plan.ts';
export type { Forecast, RuleVisit, Visit } from './plan/simulate.ts';
export type {
  AdminNotice,
  EscalationPorts,
  NotifyAdmins,
  OnCallAnswer,
  OnCallQuestion,
  OnCallResolver,
  WebhookAnswer,
  WebhookCall,
  WebhookTrigger,
} from './ports.ts';
export { type ReminderDeps, remindAcknowledged, reminderHooks, type TellPerson } from './reminders/remind-acknowledged.ts';
export { confirmAcknowledge } from './reminders/reminder-store.ts';
export { advanceRuns, type EngineDeps } from './run/advance-runs.ts';
export { MAX_REPEATS } from './run/decide.ts';
export { startAtOnce } from './run/first-steps.ts';
export { peopleToNotify } from './run/people-to-notify.ts';
export { checkReached } from './run/reached.ts';
export { forgetEndedRuns } from './run/retention.ts';
export { SnapshotCache } from './run/snapshot-store.ts';
export { alertsJoined, ESCALATION_NOTIFY_CHANNEL, startFirstRuns, startRuns } from './run/start-runs.ts';
export {
  type ChainStep,
  EMPTY_STEP,
  type EscalationChain,
  STEP_TYPES,
  type StepType,
  type StepValues,
} from './settings/chain.ts';
export { chainsOfSchedule, createChain, deleteChain, findChain, listChains, updateChain } from './settings/chain-store.ts';
export {
  type ChainRecipients,
  recipientsOfChains,
  replaceInSteps,
  type StepUse,
  stepsNaming,
} from './settings/people-in-steps.ts';
export {
  copySteps,
  createStep,
  deleteStep,
  findStep,
  listSteps,
  reorderSteps,
  stepOrder,
  updateStep,
} from './settings/step-store.ts';
export { type EscalationHealth, escalationHealth } from './watchdogs/health.ts';
export { createHeartbeat } from './watchdogs/heartbeat.ts';
export { createWatchdogs, type WatchdogDeps } from './watchdogs/watchdogs.ts';
