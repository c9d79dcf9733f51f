export type { Rendered, RenderTemplate } from './build-request.ts';
export { startWebhookCalls } from './call-loop.ts';
export { type CreateWebhookResult, createWebhook, type NewWebhook } from './create-webhook.ts';
export type { WebhookDeps } from './deps.ts';
export type { TellOwner } from './finish-call.ts';
export { isUnhealthy, loadHealth, type WebhookHealth } from './health-store.ts';
export { webhookHooks } from './hooks.ts';
export {
  makePersonalCall,
  type PersonalCall,
  type PersonalCallRequest,
  type PreparedCall,
  preparePersonalCalls,
  savePersonalCalls,
} from './personal-call.ts';
export {
  findPersonalWebhook,
  type LinkResult,
  linkedWebhooks,
  linkPersonalWebhook,
  type PersonalContext,
  type PersonalWebhook,
  unlinkPersonalWebhook,
} from './personal-link.ts';
export { contextOfNewest, PREVIEWED, previewWebhookTemplate, type WebhookPreview } from './preview.ts';
export { createWebhookPool, createWebhookRenderer } from './render-template.ts';
export { type CallStatus, findCall, findResponse, listWebhookResponses, type WebhookResponse } from './response-store.ts';
export { countOldWebhookCalls, forgetWebhookCalls } from './retention.ts';
export {
  changeWebhookSecret,
  createWebhookSecret,
  deleteWebhookSecret,
  findWebhookSecret,
  listWebhookSecrets,
  type WebhookSecret,
} from './secret-store.ts';
export { requestDeadlineMs, type Sent } from './send-request.ts';
export { testCall } from './test-call.ts';
export { resendCall, triggerManually } from './trigger-manually.ts';
export { type StepAnswer, type StepCall, triggerFromSteps } from './trigger-steps.ts';
export {
  HTTP_METHODS,
  type HttpMethod,
  PERSONAL_NOTIFICATION,
  sealedWebhookColumns,
  TRIGGERS,
  type TriggerType,
  type Webhook,
} from './webhook.ts';
export { deleteWebhook, findWebhook, listWebhooks, saveWebhook, sealPlainHeaders, type WebhookFilter } from './webhook-store.ts';
