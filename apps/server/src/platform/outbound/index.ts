export { type AddressPolicy, AddressPolicyError, createAddressPolicy, openWhile } from './address-policy.ts';
export {
  createOutbound,
  type Outbound,
  type OutboundFailure,
  type OutboundOptions,
  type OutboundRequest,
  type OutboundResult,
} from './outbound.ts';
