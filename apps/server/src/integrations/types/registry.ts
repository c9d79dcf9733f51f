import { alertmanager } from './alertmanager/index.ts';
import { directPaging } from './direct_paging/index.ts';
import { elastalert } from './elastalert/index.ts';
import { formattedWebhook } from './formatted_webhook/index.ts';
import { grafana } from './grafana/index.ts';
import { grafanaAlerting } from './grafana_alerting/index.ts';
import { defineType, type IntegrationType } from './integration-type.ts';
import { kapacitor } from './kapacitor/index.ts';
import { legacyAlertmanager } from './legacy_alertmanager/index.ts';
import { legacyGrafanaAlerting } from './legacy_grafana_alerting/index.ts';
import { prtg } from './prtg/index.ts';
import { webhook } from './webhook/index.ts';
import { zabbix } from './zabbix/index.ts';

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
  directPaging,
  legacyAlertmanager,
  legacyGrafanaAlerting,
];

/** Types of the catalogue that have no templates of their own yet: they act like `webhook` under their own name (ingest.md 3.1). */
const likeWebhook: readonly [slug: string, title: string, options?: Partial<IntegrationType>][] = [
  ['amazon_sns', 'Amazon SNS'],
  ['appdynamics', 'AppDynamics'],
  ['curler', 'Curler'],
  ['datadog', 'Datadog'],
  ['demo', 'Demo', { canCreate: false }],
  ['fabric', 'Fabric', { canResolve: false }],
  ['heartbeat', 'Heartbeat', { canCreate: false }],
  ['inbound_email', 'Inbound Email'],
  ['jira', 'Jira'],
  ['maintenance', 'Maintenance', { canCreate: false, canResolve: false }],
  ['manual', 'Manual', { canCreate: false, canResolve: false }],
  ['newrelic', 'New Relic'],
  ['pagerduty', 'Pagerduty'],
  ['pingdom', 'Pingdom'],
  ['sentry', 'Sentry'],
  ['servicenow', 'ServiceNow'],
  ['slack_channel', 'Slack Channel', { canCreate: false }],
  ['stackdriver', 'Stackdriver'],
  ['uptimerobot', 'UptimeRobot'],
  ['zendesk', 'Zendesk'],
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
