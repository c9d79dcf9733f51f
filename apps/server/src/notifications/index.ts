export type { AdminNotice } from './admin-notice.ts';
export type { SendOutcome } from './channel.ts';
export { type ChannelId, channelOfRuleType } from './channels.ts';
export { forgetUsage } from './delivery/claim.ts';
export type { DeliveryDeps } from './delivery/loop.ts';
export { createDeliveryMetrics } from './delivery/metrics.ts';
export type { PossibleDuplicate, RecordDuplicates } from './delivery/outcomes.ts';
export { deliveryLog, type LoggedDelivery } from './delivery-log.ts';
export { createEmailChannel, type EmailDeps } from './email/channel.ts';
export type { RenderedMessage } from './email/content.ts';
export { createMailer, type Mailer, type PlainMail } from './email/send-plain.ts';
export type { EmailSettings } from './email/settings.ts';
export {
  type CancelScope,
  cancelDeliveries,
  type DeliveryKeyParts,
  deliveryKey,
  type OwedDelivery,
  oweDeliveries,
} from './ledger.ts';
export type { PageInfo } from './page-info.ts';
export { NOTIFICATION_ERROR, RECORD, RECORD_STEP } from './records.ts';
export { type NewNotificationRule, type NotificationRule, RULE_TYPES, type RuleChanges, type RuleType } from './rules/rule.ts';
export { countRules, createRule, deleteRule, findRule, listRules, type RuleFilter, updateRule } from './rules/rule-store.ts';
export { createAdminNotices, type Notifications, startNotifications } from './start-notifications.ts';
export { createWebhookChannel, type WebhookChannelDeps } from './webhook/channel.ts';
