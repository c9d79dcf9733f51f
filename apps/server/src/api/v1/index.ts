import type { FastifyInstance } from 'fastify';
import { isSafeMethod } from '../../access/index.ts';
import type { AlertGroupHooks } from '../../alerting/index.ts';
import type { PlanDeps } from '../../escalation/index.ts';
import type { OpenDeps } from '../../integrations/index.ts';
import type { LiveFeed } from '../../live/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db/database.ts';
import type { SecretBox } from '../../platform/secrets.ts';
import type { OnBroken } from '../../schedules/index.ts';
import type { WebhookDeps } from '../../webhooks/index.ts';
import { registerPermissions } from './access/permissions.routes.ts';
import { registerRoleHolders, rolesResource } from './access/roles.resource.ts';
import { serviceAccountsResource } from './access/service-accounts.resource.ts';
import { registerTokens } from './access/tokens.routes.ts';
import { registerAlertGroups } from './alert-groups/alert-groups.routes.ts';
import { registerAlerts } from './alert-groups/alerts.routes.ts';
import { registerBulk } from './alert-groups/bulk.routes.ts';
import { registerGroupActions } from './alert-groups/group-actions.routes.ts';
import { registerGroupDetails } from './alert-groups/group-details.routes.ts';
import { groupFilterParameters } from './alert-groups/group-filters.ts';
import { registerLegalHolds } from './alert-groups/legal-holds.routes.ts';
import { notesResource } from './alert-groups/notes.resource.ts';
import { registerPresence } from './alert-groups/presence.routes.ts';
import { type RenderAlert, registerRenderedAlert } from './alert-groups/rendered-alert.routes.ts';
import { savedViewsResource } from './alert-groups/saved-views.resource.ts';
import { registerTableSettings } from './alert-groups/table-settings.routes.ts';
import { registerTimeline } from './alert-groups/timeline.routes.ts';
import { registerAudit } from './audit/audit.routes.ts';
import type { AuthContext } from './auth/auth-context.ts';
import { registerAuth } from './auth/register-auth.ts';
import { checkAccept } from './conventions/accept.ts';
import { createAdmission, type Guard } from './conventions/caller.ts';
import { createContacts } from './conventions/contacts.ts';
import { describeRoute } from './conventions/describe.ts';
import { answerErrors } from './conventions/errors-handler.ts';
import { registerIdempotency } from './conventions/idempotency.ts';
import { createRefusalLog } from './conventions/refusals.ts';
import { API_BODY_LIMIT, readRequestBodies } from './conventions/request-bodies.ts';
import { registerResource } from './conventions/resource.ts';
import { guardVisibility } from './conventions/visibility.ts';
import { registerChainActions } from './escalation/chain-actions.routes.ts';
import { chainsResource } from './escalation/chains.resource.ts';
import { stepsResource } from './escalation/steps.resource.ts';
import { registerPlans } from './escalation-plan/plan.routes.ts';
import { registerActivity } from './integrations/activity.routes.ts';
import { registerGuards } from './integrations/guard.routes.ts';
import { heartbeatsResource, registerHeartbeatActions } from './integrations/heartbeats.resource.ts';
import { type IntegrationActionsDeps, registerIntegrationActions } from './integrations/integration-actions.routes.ts';
import { integrationsResource } from './integrations/integrations.resource.ts';
import { registerLabels } from './integrations/labels.routes.ts';
import { registerParkedAlerts } from './integrations/parked-alerts.routes.ts';
import { type PreviewTemplate, registerPreview } from './integrations/preview.routes.ts';
import { registerRouteActions } from './integrations/route-actions.routes.ts';
import type { TermChecks } from './integrations/route-fields.ts';
import { routesResource } from './integrations/routes.resource.ts';
import { registerIntegrationTypes } from './integrations/types.routes.ts';
import { registerStream } from './live/stream.routes.ts';
import { registerOptions } from './options/options.routes.ts';
import { registerPaging } from './paging/escalation.routes.ts';
import { registerPhoneRelay } from './phone/phone-relay.routes.ts';
import { registerReadiness } from './readiness/readiness.routes.ts';
import { registerCoverage } from './schedules/coverage.routes.ts';
import { registerExports } from './schedules/export.routes.ts';
import { registerFinalShifts } from './schedules/final-shifts.routes.ts';
import { registerSchedulePeople } from './schedules/people.routes.ts';
import { type CheckFeed, schedulesResource } from './schedules/schedules.resource.ts';
import { shiftsResource } from './schedules/shifts.resource.ts';
import { registerSwaps } from './schedules/swaps.routes.ts';
import { timeOffResource } from './schedules/time-off.resource.ts';
import { timeOffFeedsResource } from './schedules/time-off-feeds.resource.ts';
import { registerTimelines } from './schedules/timeline.routes.ts';
import { registerSlackObjects } from './teams/slack-objects.routes.ts';
import { registerTeamDetails, teamsResource } from './teams/teams.resource.ts';
import { registerAvailability } from './users/availability.routes.ts';
import { type LiveSettingsApiDeps, registerLiveSettings } from './users/live-settings.routes.ts';
import { registerOrganizationSettings } from './users/organization-settings.routes.ts';
import { registerOrganizations } from './users/organizations.routes.ts';
import { registerProfiles } from './users/profile.routes.ts';
import { registerRetentionPreview } from './users/retention-preview.routes.ts';
import { rulesResource } from './users/rules.resource.ts';
import { registerTestNotification, type SendTestMail } from './users/test-notification.routes.ts';
import { registerUsers, userFilters } from './users/users.routes.ts';
import { registerPersonalWebhook } from './webhooks/personal-webhook.routes.ts';
import { registerWebhookCalls } from './webhooks/webhook-calls.routes.ts';
import { registerWebhookPreviews } from './webhooks/webhook-previews.routes.ts';
import { webhookSecretsResource } from './webhooks/webhook-secrets.resource.ts';
import { actionsResource, webhooksResource } from './webhooks/webhooks.resource.ts';

export { oidcPages } from './auth/oidc.pages.ts';
export { proxyPages } from './auth/proxy.pages.ts';
export { forgetIdempotentAnswers } from './conventions/idempotency.ts';
export type { TermChecks };

export interface ApiContext {
  readonly db: Db;
  /** For short reads, which come many at once. */
  readonly reads: Db;
  readonly clock: Clock;
  /** Public base URL, without a slash at its end. */
  readonly baseUrl: string;
  readonly authenticate: Guard['authenticate'];
  readonly requestsPerMinute: number;
  /** The same of an organization that has a number of its own. */
  readonly requestsPerMinuteOf: (org: string) => number | undefined;
  /** Live API tokens that one person may have. */
  readonly tokensPerUser: number;
  /** Makes what is remembered of callers' rights in an organization be read again. */
  readonly forgetRights: (org: string) => void;
  /** Bytes of one alert, which previews take too. */
  readonly alertBodyLimit: number;
  /** What other domains do when alert groups change. */
  readonly hooks: AlertGroupHooks;
  /** What is wrong with the syntax of a template, null when nothing is. */
  readonly syntaxError: (source: string) => string | null;
  readonly termChecks: TermChecks;
  readonly inboundEmailDomain: string | null;
  readonly checkFeed: CheckFeed;
  readonly onBrokenSchedule: OnBroken;
  readonly secrets: SecretBox;
  readonly liveSettings: LiveSettingsApiDeps['liveSettings'];
  readonly auth: AuthContext;
  readonly previewTemplate: PreviewTemplate;
  readonly renderAlert: RenderAlert;
  readonly webhooks: WebhookDeps;
  readonly sendTestMail: SendTestMail;
  readonly live: LiveFeed;
  /** What opens alert groups at once. */
  readonly open: OpenDeps;
  /** What looks ahead. */
  readonly plan: PlanDeps;
  /** Milliseconds between the pings of streams, for tests. */
  readonly streamPingMs?: number;
}

/** First parts of paths where rights are changed. */
const RIGHTS: ReadonlySet<string> = new Set(['users', 'teams', 'roles', 'service_accounts', 'tokens', 'organizations']);

/** The public HTTP API, registered below `/api/v1`. */
export async function apiV1(app: FastifyInstance, { ctx }: { ctx: ApiContext }): Promise<void> {
  readRequestBodies(app);
  const contactsOf = createContacts(ctx);
  const noteRefusal = createRefusalLog(ctx);
  answerErrors(app, contactsOf, noteRefusal);
  app.setValidatorCompiler(() => () => true); // bodies and queries are read by tables of fields, whose errors clients match on
  app.decorateRequest('caller', null);
  app.decorateRequest('session', null);
  app.decorateRequest('lacksSecondFactor', false);
  app.addHook('onRoute', (route) => {
    route.bodyLimit ??= API_BODY_LIMIT;
    const isApi = route.config?.permission !== undefined || route.config?.isPublic === true;
    const answersForItself = route.method === 'HEAD' || route.method === 'OPTIONS' || route.url.endsWith('*');
    if (!isApi && !answersForItself) throw new Error(`route ${String(route.method)} ${route.url} declares no permission`);
    describeRoute(route);
  });
  app.addHook(
    'onRequest',
    createAdmission({
      authenticate: ctx.authenticate,
      clock: ctx.clock,
      limitPerMinute: ctx.requestsPerMinute,
      limitOf: ctx.requestsPerMinuteOf,
      contactsOf,
      noteRefusal,
    }),
  );
  app.addHook('onRequest', checkAccept);
  registerIdempotency(app, ctx);
  registerAuth(app, ctx);
  // Who changes rights finds them changed with the next request, before the database's announcement comes back.
  app.addHook('onSend', async (request) => {
    const [kind = ''] = (request.routeOptions.url ?? '').slice(app.prefix.length + 1).split('/');
    if (request.caller !== null && RIGHTS.has(kind) && !isSafeMethod(request.method)) ctx.forgetRights(request.caller.org);
  });
  guardVisibility(app, app.prefix, ctx.reads);
  registerResource(app, ctx, rolesResource(ctx));
  registerRoleHolders(app, ctx);
  registerResource(app, ctx, serviceAccountsResource(ctx));
  registerTokens(app, ctx);
  registerPermissions(app, ctx);
  registerOrganizations(app, ctx);
  registerOrganizationSettings(app, ctx);
  registerRetentionPreview(app, ctx);
  registerLiveSettings(app, ctx);
  registerUsers(app, ctx);
  registerAvailability(app, ctx);
  registerProfiles(app, ctx);
  registerTestNotification(app, ctx);
  registerReadiness(app, ctx);
  registerResource(app, ctx, chainsResource(ctx));
  registerChainActions(app, ctx);
  registerResource(app, ctx, stepsResource(ctx));
  registerIntegrationTypes(app);
  registerActivity(app, ctx);
  const integrations = integrationsResource(ctx);
  registerResource(app, ctx, integrations);
  const present: IntegrationActionsDeps['present'] = async (tx, caller, row) =>
    (await integrations.present(tx, caller, [row]))[0];
  registerIntegrationActions(app, { ...ctx, present });
  registerGuards(app, { ...ctx, present });
  registerResource(app, ctx, heartbeatsResource(ctx));
  registerHeartbeatActions(app, ctx);
  registerLabels(app, ctx);
  registerResource(app, ctx, routesResource(ctx));
  registerRouteActions(app, ctx);
  registerAlertGroups(app, ctx);
  registerGroupActions(app, ctx);
  registerBulk(app, ctx);
  registerTimeline(app, ctx);
  registerAlerts(app, ctx);
  registerRenderedAlert(app, ctx);
  registerResource(app, ctx, notesResource(ctx));
  registerResource(app, ctx, rulesResource(ctx));
  registerResource(app, ctx, teamsResource(ctx));
  registerTeamDetails(app, ctx);
  registerSlackObjects(app, ctx);
  registerResource(app, ctx, schedulesResource(ctx));
  registerFinalShifts(app, ctx);
  registerResource(app, ctx, shiftsResource(ctx));
  registerSwaps(app, ctx);
  registerExports(app, ctx);
  registerCoverage(app, ctx);
  registerSchedulePeople(app, ctx);
  registerTimelines(app, ctx);
  registerResource(app, ctx, timeOffResource(ctx));
  registerResource(app, ctx, timeOffFeedsResource(ctx));
  registerParkedAlerts(app, ctx);
  registerPreview(app, ctx);
  registerAudit(app, ctx);
  registerResource(app, ctx, webhooksResource(ctx));
  registerResource(app, ctx, actionsResource(ctx));
  registerResource(app, ctx, webhookSecretsResource(ctx));
  registerWebhookCalls(app, ctx);
  registerWebhookPreviews(app, ctx);
  registerPersonalWebhook(app, ctx);
  registerStream(app, ctx);
  registerPlans(app, ctx);
  registerPaging(app, ctx);
  registerGroupDetails(app, ctx);
  registerLegalHolds(app, ctx);
  registerTableSettings(app, ctx);
  registerPresence(app, ctx);
  registerResource(app, ctx, savedViewsResource(ctx));
  registerPhoneRelay(app, ctx);
  registerOptions(app, [
    { path: 'alert_groups', read: 'alert-groups:read', filters: groupFilterParameters },
    { path: 'users', read: 'user-settings:read', filters: userFilters },
    integrations,
    chainsResource(ctx),
    schedulesResource(ctx),
  ]);
}
