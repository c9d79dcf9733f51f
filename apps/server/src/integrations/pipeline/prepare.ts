import { createHash, randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';
import {
  cutTitle,
  isTruthy,
  jsonOfSortedKeys,
  PayloadSource,
  payloadMember,
  type TemplateContext,
  type Templates,
} from '../../templates/index.ts';
import { cleanText } from './clean-text.ts';
import { gatherLabels } from './labels.ts';
import { matchRoute, routeName } from './match-route.ts';
import type { PreparedAlert } from './prepared-alert.ts';
import { createRenderScope, type RenderScope } from './render-scope.ts';
import type { IntegrationSettings, RouteSettings } from './settings.ts';
import type { InboundAlert } from './store.ts';
import type { TemplateOutcome } from './template-errors.ts';

export type PreparedBatch = {
  /** A prefix of what was handed in: rendering stops when its time is up. */
  alerts: readonly PreparedAlert[];
  outcomes: readonly TemplateOutcome[];
  /** Integrations with a template that did not end in the time that may pass on the main thread. */
  slowIntegrations: readonly string[];
};

/** So much rendering between two turns of the event loop, which requests wait for. */
const TURN_MS = 5;

/** Renders what the alerts' integrations say of them, in order. At least the first alert is prepared. */
export async function prepareAlerts(
  templates: Templates,
  rows: readonly InboundAlert[],
  settings: ReadonlyMap<string, IntegrationSettings>,
  { renderMs, clock }: { renderMs: number; clock: Clock },
): Promise<PreparedBatch> {
  const alerts: PreparedAlert[] = [];
  const outcomes: TemplateOutcome[] = [];
  const slow = new Set<string>();
  const endMs = clock.monotonicMs() + renderMs;
  let turnEndMs = clock.monotonicMs() + TURN_MS;
  for (const row of rows) {
    const integration = settings.get(row.integration_id);
    if (integration === undefined) throw new Error(`integration ${row.integration_id} of an accepted alert does not exist`);
    const scope = createRenderScope(row.organization_id, row.integration_id);
    alerts.push(await prepareAlert(templates, row, integration, scope));
    outcomes.push(...scope.outcomes);
    if (scope.wasSlow) slow.add(row.integration_id);
    const nowMs = clock.monotonicMs();
    if (nowMs >= endMs) break;
    if (nowMs >= turnEndMs) {
      await nextTurn();
      turnEndMs = clock.monotonicMs() + TURN_MS;
    }
  }
  return { alerts, outcomes, slowIntegrations: [...slow] };
}

/** Renders everything that decides what becomes of one alert. */
export async function prepareAlert(
  templates: Templates,
  row: Omit<InboundAlert, 'attempts' | 'warning'>,
  settings: IntegrationSettings,
  scope: RenderScope,
): Promise<PreparedAlert> {
  const payload = new PayloadSource(row.payload);
  const labels = await gatherLabels(templates, settings, payload, scope);
  const context: TemplateContext = { payload, labels: labels.values };
  const text = async (name: 'web.title' | 'grouping_key' | 'resolve_signal' | 'acknowledge_signal') => {
    const source = settings.template(name);
    return source === null ? null : scope.render(templates, name, source, context);
  };
  const title = await text('web.title');
  const grouping = await text('grouping_key');
  const resolve = await text('resolve_signal');
  const acknowledge = await text('acknowledge_signal');
  const route = await matchRoute(templates, settings, { payload, labels: labels.values }, scope);
  if (row.is_heartbeat)
    return heartbeatAlert(row, settings, payload, labels.stored, cutTitle(title?.text ?? '', templates.lengths.title), route);
  const groupingId = grouping?.ok === true && grouping.text !== '' && !row.is_demo ? grouping.text : null;
  return {
    inboundId: row.id,
    organizationId: row.organization_id,
    integrationId: row.integration_id,
    receivedAt: row.received_at,
    isDemo: row.is_demo,
    hop: row.hop,
    labels: labels.stored,
    title: cleanText(cutTitle(title?.text ?? '', templates.lengths.title)),
    groupingKey: groupingId === null ? randomUUID() : createHash('md5').update(groupingId).digest('hex'),
    canGroup: groupingId !== null,
    scope: settings.scope,
    isResolveSignal: resolve?.ok === true && isTruthy(resolve.text),
    isAcknowledgeSignal: acknowledge?.ok === true && isTruthy(acknowledge.text),
    mayResolve: settings.mayResolve,
    route: routeOf(route),
    quiet: settings.quiet,
    split: row.is_split ? splitState(payload) : null,
  };
}

/**
 * Alerts of the server about a heartbeat group with each other and are resolved by it, whatever templates and routes say of their payload
 * (ingest.md B-18).
 */
function heartbeatAlert(
  row: Omit<InboundAlert, 'attempts' | 'warning'>,
  settings: IntegrationSettings,
  payload: PayloadSource,
  labels: PreparedAlert['labels'],
  title: string,
  route: RouteSettings | null,
): PreparedAlert {
  const isRestored =
    payloadMember(payload, 'is_oncall_heartbeat_restored') === true || payloadMember(payload, 'status') === 'resolved';
  return {
    inboundId: row.id,
    organizationId: row.organization_id,
    integrationId: row.integration_id,
    receivedAt: row.received_at,
    isDemo: false,
    hop: 0,
    labels,
    title: cleanText(title),
    groupingKey: createHash('md5').update(`heartbeat of ${row.integration_id}`).digest('hex'),
    canGroup: true,
    scope: 'integration',
    isResolveSignal: isRestored,
    isAcknowledgeSignal: false,
    mayResolve: true,
    route: routeOf(route),
    quiet: settings.quiet,
    split: null,
  };
}

const routeOf = (route: RouteSettings | null): PreparedAlert['route'] =>
  route === null
    ? null
    : { id: route.id, name: routeName(route), escalationChainId: route.escalationChainId, chainName: route.chainName };

function splitState(payload: PayloadSource): NonNullable<PreparedAlert['split']> {
  const hash = createHash('md5')
    .update(jsonOfSortedKeys(payloadMember(payload, 'labels')))
    .digest('hex');
  return { hash, isResolved: payloadMember(payload, 'status') === 'resolved' };
}
