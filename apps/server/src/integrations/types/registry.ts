import { alertmanager } from './alertmanager/index.ts';
import { amazonSns } from './amazon_sns/index.ts';
import { appdynamics } from './appdynamics/index.ts';
import { datadog } from './datadog/index.ts';
import { directPaging } from './direct_paging/index.ts';
import { elastalert } from './elastalert/index.ts';
import { fabric } from './fabric/index.ts';
import { formattedWebhook } from './formatted_webhook/index.ts';
import { grafana } from './grafana/index.ts';
import { grafanaAlerting } from './grafana_alerting/index.ts';
import { inboundEmail } from './inbound_email/index.ts';
import { defineType, type IntegrationType } from './integration-type.ts';
import { jira } from './jira/index.ts';
import { kapacitor } from './kapacitor/index.ts';
import { legacyAlertmanager } from './legacy_alertmanager/index.ts';
import { legacyGrafanaAlerting } from './legacy_grafana_alerting/index.ts';
import { maintenance } from './maintenance/index.ts';
import { manual } from './manual/index.ts';
import { newrelic } from './newrelic/index.ts';
import { pagerduty } from './pagerduty/index.ts';
import { pingdom } from './pingdom/index.ts';
import { prtg } from './prtg/index.ts';
import { sentry } from './sentry/index.ts';
import { servicenow } from './servicenow/index.ts';
import { stackdriver } from './stackdriver/index.ts';
import { uptimerobot } from './uptimerobot/index.ts';
import { webhook } from './webhook/index.ts';
import { zabbix } from './zabbix/index.ts';
import { zendesk } from './zendesk/index.ts';

const built: readonly IntegrationType[] = [
  alertmanager,
  grafanaAlerting,
  webhook,
  formattedWebhook,
  elastalert,
  grafana,
  kapacitor,
  prtg,
  zabbix,
  inboundEmail,
  amazonSns,
  appdynamics,
  datadog,
  fabric,
  jira,
  newrelic,
  pagerduty,
  pingdom,
  sentry,
  servicenow,
  stackdriver,
  uptimerobot,
  zendesk,
  directPaging,
  manual,
  maintenance,
  legacyAlertmanager,
  legacyGrafanaAlerting,
];

/** Retired types of the catalogue: they act like `webhook` under their own name (ingest.md 3.1). */
const likeWebhook: readonly [slug: string, title: string, options?: Partial<IntegrationType>][] = [
  ['curler', 'Curler'],
  ['demo', 'Demo', { canCreate: false }],
  ['heartbeat', 'Heartbeat', { canCreate: false }],
  ['slack_channel', 'Slack Channel', { canCreate: false }],
];

const types: ReadonlyMap<string, IntegrationType> = new Map(
  [
    ...built,
    ...likeWebhook.map(([slug, title, options = {}]) =>
      defineType({ slug, title, description: title, templates: webhook.templates, example: webhook.example, ...options }),
    ),
  ].map((type) => [type.slug, type]),
);

/** All types of the catalogue, in the order lists show them. */
export const integrationTypes = (): readonly IntegrationType[] => [...types.values()];

/** A type by its slug; null for a slug that the catalogue does not know. */
export const findIntegrationType = (slug: string): IntegrationType | null => types.get(slug) ?? null;

/** The type of a stored integration. One of a newer version's catalogue acts like `webhook`. */
export const integrationTypeOf = (slug: string): IntegrationType =>
  types.get(slug) ?? { ...webhook, slug, title: slug, path: slug };
