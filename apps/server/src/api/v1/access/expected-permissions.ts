import type { Requirement } from '../../../access/index.ts';

/** `public`: no caller is asked for; a secret in the request is. */
export type Expected = Requirement | 'public';

/** Permissions by method and path below `/api/v1`; the first line that matches holds. */
type Line = readonly [methods: string, path: RegExp, expected: Expected];

const WRITES = 'POST PUT PATCH DELETE';
const readWrite = (path: string, read: Requirement, write: Requirement): Line[] => [
  ['GET', new RegExp(`^${path}(/|$)`), read],
  [WRITES, new RegExp(`^${path}(/|$)`), write],
];
const MAINTENANCE: Requirement = { anyOf: ['integrations:write', 'maintenance:write'] };
const OWN_RULES = (what: 'read' | 'write'): Requirement => ({
  anyOf: [`user-settings:${what}`, `notification-settings:${what}`],
});

/** What access.md 6 and http-api-alerting.md 1.3 ask for, written by hand; the routes themselves are tested against it. */
export const EXPECTED: readonly Line[] = [
  // Signing in (access.md 7.6)
  ['GET', /^auth\/methods$/, 'public'],
  ['POST', /^auth\/(setup|login|email\/confirm|passkeys\/(options|login)|password\/(forgot|reset))$/, 'public'],
  ['POST', /^invitations\/(lookup|accept)$/, 'public'],
  ['GET', /^auth\/policy$/, 'other-settings:read'],
  ['PUT', /^auth\/policy$/, 'admin:admin'],
  ['PUT', /^auth\/view_as$/, 'admin:admin'],
  [`GET ${WRITES}`, /^auth\//, 'signed-in'],
  [`GET ${WRITES}`, /^invitations(\/|$)/, 'admin:admin'],
  [`GET ${WRITES}`, /^users\/\{id\}\/(password_reset|second_factors|sessions)/, 'admin:admin'],
  // Roles, tokens, service accounts
  [`GET ${WRITES}`, /^roles(\/|$)/, 'roles:write'],
  [`GET ${WRITES}`, /^service_accounts(\/|$)/, 'admin:admin'],
  ['GET', /^tokens(\/|$)/, 'api-keys:read'],
  ['POST', /^tokens$/, 'api-keys:write'],
  ['DELETE', /^tokens\/\{id\}$/, { anyOf: ['api-keys:write', 'admin:admin'] }],
  // People
  ['GET', /^(schedules\/\{id\}\/export|users\/\{id\}\/schedule_export)$/, 'public'],
  [`GET ${WRITES}`, /^users\/\{id\}\/export_token$/, 'user-settings:write'],
  ['GET', /^users\/\{id\}\/(permissions|profile|check_availability)$/, 'signed-in'],
  ['POST', /^users\/\{id\}\/test_notification$/, 'user-settings:write'],
  ['GET', /^users\/\{id\}\/uses$/, 'users:write'],
  ['PATCH', /^users\/\{id\}$/, { anyOf: ['user-settings:write', 'users:write', 'roles:write'] }],
  ['DELETE', /^users\/\{id\}$/, 'users:write'],
  ['POST', /^users$/, 'users:write'],
  ['GET', /^(users|readiness)(\/|$)/, 'user-settings:read'],
  ['GET', /^teams\/\{id\}\/uses$/, 'teams:write'],
  ['PUT PATCH', /^teams\/\{id\}$/, 'signed-in'],
  ...readWrite('teams', 'user-settings:read', 'teams:write'),
  ...readWrite('personal_notification_rules', OWN_RULES('read'), OWN_RULES('write')),
  ['GET', /^webhooks\/current_personal_notification$/, 'user-settings:read'],
  ['POST', /^webhooks\/set_personal_notification$/, 'user-settings:write'],
  // The organization
  ...readWrite('organizations', 'other-settings:read', 'other-settings:write'),
  ...readWrite('live_settings', 'other-settings:read', 'other-settings:write'),
  ['GET', /^info$/, 'other-settings:read'],
  ['GET', /^features$/, 'signed-in'],
  ['GET', /^audit(\/|$)/, 'audit-log:read'],
  ['GET', /^stream$/, 'signed-in'],
  // Alert groups
  ['PUT DELETE', /^alert_groups\/\{id\}\/legal_hold$/, 'other-settings:write'],
  ['PUT DELETE', /^alert_groups\/table_settings$/, 'alert-groups:read'],
  ['GET', /^legal_holds$/, 'alert-groups:read'],
  ['POST', /^escalation$/, 'alert-groups:direct-paging'],
  ['POST', /^(make_call|send_sms)$/, 'alert-groups:direct-paging'],
  ['POST', /^alert_groups\/\{id\}\/presence$/, 'alert-groups:read'],
  ...readWrite('(alert_groups|alerts|resolution_notes)', 'alert-groups:read', 'alert-groups:write'),
  [`GET ${WRITES}`, /^saved_views(\/|$)/, 'alert-groups:read'],
  // Integrations
  ['POST', /^integrations\/\{id\}\/maintenance_(start|stop)$/, MAINTENANCE],
  ['POST', /^integrations\/\{id\}\/(send_demo_alert|preview_template)$/, 'integrations:test'],
  ['POST', /^routes\/\{id\}\/simulate$/, 'integrations:read'],
  ['GET', /^integrations\/deleted_calls$/, 'integrations:write'],
  ...readWrite('(integrations|integration_types|routes|heartbeats)', 'integrations:read', 'integrations:write'),
  ['GET', /^labels\//, 'label:read'],
  ['POST', /^labels\//, 'label:create'],
  ['PUT PATCH DELETE', /^labels\//, 'label:write'],
  // Escalation
  ['POST', /^escalation_chains\/\{id\}\/simulate$/, 'escalation-chains:read'],
  ...readWrite('(escalation_chains|escalation_policies)', 'escalation-chains:read', 'escalation-chains:write'),
  // Schedules
  [`GET ${WRITES}`, /^schedules\/\{id\}\/export_token$/, 'schedules:export'],
  ...readWrite('(schedules|on_call_shifts|shift_swaps|time_off|time_off_feeds)', 'schedules:read', 'schedules:write'),
  // Webhooks
  ['POST', /^webhooks\/\{id\}\/trigger_manual$/, { anyOf: ['alert-groups:write', 'outgoing-webhooks:write'] }],
  ...readWrite('(webhooks|actions|webhook_secrets)', 'outgoing-webhooks:read', 'outgoing-webhooks:write'),
  // Chat
  ['GET', /^(slack_channels|user_groups)$/, 'chatops:read'],
];

/** What a route must ask for; null when the table says nothing of it. */
export function expectedOf(method: string, path: string): Expected | null {
  const below = path.replace(/^\/api\/v1\//, '').replace(/\/$/, '');
  return EXPECTED.find(([methods, pattern]) => methods.split(' ').includes(method) && pattern.test(below))?.[2] ?? null;
}
