import './tables.ts';

export {
  groupsByRoute,
  type IntegrationCounters,
  integrationCounters,
} from './activity/counters.ts';
export { type DeletedCalls, listDeletedCalls } from './activity/deleted-calls.ts';
export { listReceived, type ReceivedEntry } from './activity/received.ts';
export { sendDemoAlert, WITHOUT_DEMO } from './demo/send-demo-alert.ts';
export { parseNetwork } from './guards/guard.ts';
export {
  addSecret,
  type GuardSecret,
  type GuardSettings,
  type GuardValues,
  readGuard,
  removeSecret,
  type SecretKind,
  saveGuard,
  sealedIntegrationColumns,
} from './guards/guard-store.ts';
export {
  createHeartbeat,
  findHeartbeat,
  HEARTBEAT_SECONDS,
  heartbeatState,
  heartbeatsOf,
  type IntegrationHeartbeat,
  listHeartbeats,
  resetHeartbeat,
  updateHeartbeat,
} from './heartbeats/heartbeat-store.ts';
export { watchHeartbeats } from './heartbeats/watch-heartbeats.ts';
export { INGEST_PREFIX, INGEST_ROUTE, ingestRoutes } from './ingest/ingest.routes.ts';
export { memberText } from './ingest/json-text.ts';
export { createIngestion, type Ingestion, type Pipeline, startPipeline } from './ingestion.ts';
export {
  createLabelKey,
  createLabelValue,
  deleteLabel,
  type LabelChange,
  type LabelKey,
  labelValues,
  listLabelKeys,
  rememberLabels,
  renameLabelKey,
  renameLabelValue,
} from './labels/label-store.ts';
export { expireMaintenance, maintenanceHooks, startMaintenance, stopMaintenance, WINDOW_SECONDS } from './maintenance/windows.ts';
export { forgetRateWindows } from './pipeline/fold.ts';
export { type OpenDeps, openAtOnce } from './pipeline/open-at-once.ts';
export { listParkedAlerts, retryParkedAlert } from './pipeline/park.ts';
export type { PipelineNotice, PipelinePorts } from './pipeline/ports.ts';
export { type Appearance, renderForEmail, type Subject } from './rendering/appearance.ts';
export { type Preview, type PreviewRequest, type PreviewResult, previewTemplate } from './rendering/preview.ts';
export { type AlertToRender, renderForWeb } from './rendering/render-for-web.ts';
export { createTitleRenderer } from './rendering/rerender-titles.ts';
export {
  createIntegration,
  deleteIntegration,
  type IntegrationChanges,
  migrateIntegration,
  type NewIntegration,
  updateIntegration,
} from './settings/create-integration.ts';
export type { Integration, Route, RoutingType } from './settings/integration.ts';
export { findIntegration, listIntegrations } from './settings/integration-store.ts';
export { endPreviousToken, MOST_OVERLAP_SECONDS, rotateToken } from './settings/rotate-token.ts';
export type { RouteFilter } from './settings/route-store.ts';
export {
  createRoute,
  defaultRoutes,
  deleteRoute,
  findRoute,
  listRoutes,
  reorderRoutes,
  routeOrder,
  routesToChain,
  updateRoute,
} from './settings/route-store.ts';
export { createAcknowledgeSource } from './source-acknowledge/acknowledge-source.ts';
export { acknowledgeHostsOf } from './source-acknowledge/acknowledge-target.ts';
export type { IntegrationType } from './types/integration-type.ts';
export { findIntegrationType, integrationTypeOf, integrationTypes } from './types/registry.ts';
