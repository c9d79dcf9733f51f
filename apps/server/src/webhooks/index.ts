export type { Rendered, RenderTemplate } from './build-request.ts';
export { type CreateWebhookResult, createWebhook, type NewWebhook } from './create-webhook.ts';
export {
  makePersonalCall,
  type PersonalCall,
  type PersonalCallDeps,
  type PersonalCallRequest,
  type PreparedCall,
  preparePersonalCalls,
  savePersonalCalls,
} from './personal-call.ts';
export {
  findPersonalWebhook,
  type LinkResult,
  linkPersonalWebhook,
  type PersonalContext,
  type PersonalWebhook,
  unlinkPersonalWebhook,
} from './personal-link.ts';
export { createWebhookRenderer } from './render-template.ts';
export { listWebhookResponses, type WebhookResponse } from './response-store.ts';
export type { Sent } from './send-request.ts';
export {
  HTTP_METHODS,
  type HttpMethod,
  PERSONAL_NOTIFICATION,
  sealedWebhookColumns,
  TRIGGERS,
  type TriggerType,
  type Webhook,
} from './webhook.ts';
export { deleteWebhook, findWebhook, listWebhooks, saveWebhook, type WebhookFilter } from './webhook-store.ts';
