export { CHANNEL_IDS, CHANNELS, type ChannelId, channelInfo, channelOfRuleType, deadlineOf, isChannelId } from './channels.ts';
export {
  type CancelScope,
  cancelDeliveries,
  type DeliveryKeyParts,
  deliveryKey,
  type OwedDelivery,
  oweDeliveries,
} from './ledger.ts';
export { NOTIFICATION_ERROR, RECORD, RECORD_STEP } from './records.ts';
