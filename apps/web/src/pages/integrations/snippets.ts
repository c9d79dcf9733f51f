import type { Integration } from '../../api/index.ts';

type Snippet = { name: string; explanation: string; text: string };

const curl = (link: string, payload: unknown): string =>
  `curl -X POST ${link} \\\n  -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(payload)}'`;

const WEBHOOK = { alert_uid: 'disk-7', title: 'Disk almost full', message: '/var is at 96 %', state: 'alerting' };

const BY_TYPE: Readonly<Record<string, (link: string) => Snippet[]>> = {
  alertmanager: (link) => [
    {
      name: 'Alertmanager',
      explanation: 'A receiver for alertmanager.yml; name it in a route there.',
      text: `receivers:\n  - name: tocsin\n    webhook_configs:\n      - url: ${link}\n        send_resolved: true\n        max_alerts: 100`,
    },
  ],
  grafana_alerting: (link) => [
    {
      name: 'Grafana contact point',
      explanation: 'In Grafana: Alerting, Contact points, Add, type Webhook, with this URL and method POST. Or provision it:',
      text: `apiVersion: 1\ncontactPoints:\n  - orgId: 1\n    name: tocsin\n    receivers:\n      - uid: tocsin\n        type: webhook\n        settings:\n          url: ${link}\n          httpMethod: POST`,
    },
  ],
  prtg: (link) => [
    {
      name: 'PRTG notification',
      explanation:
        'In PRTG: a notification template that executes an HTTP action of method POST at this address, with these parameters.',
      text: `${link}\n\nalert_uid=%sensorid %lastdown&title=%sensor on %device&state=alerting&message=%message&link_to_upstream_details=%linksensor`,
    },
  ],
  zabbix: (link) => [
    {
      name: 'Zabbix media type',
      explanation: 'A media type of kind Webhook. Its script posts this body.',
      text: curl(link, { ...WEBHOOK, alert_uid: '{EVENT.ID}', title: '{EVENT.NAME}', message: '{TRIGGER.DESCRIPTION}' }),
    },
  ],
  kapacitor: (link) => [{ name: 'Kapacitor', explanation: 'At the end of a TICKscript:', text: `|alert()\n  .post('${link}')` }],
  elastalert: (link) => [
    {
      name: 'ElastAlert rule',
      explanation: 'In the rule:',
      text: `alert: post\nhttp_post_url: "${link}"\nhttp_post_static_payload:\n  title: ${WEBHOOK.title}`,
    },
  ],
};

/** What to put into the system that sends, with the address filled in; the first one suits the type best. */
export function snippetsFor({ type, link }: Integration): Snippet[] {
  if (link === null) return [];
  const own = BY_TYPE[type.replace(/^legacy_/, '')]?.(link) ?? [];
  const byHand: Snippet = {
    name: 'curl',
    explanation: 'Sends an alert by hand. The same with "state": "ok" resolves it.',
    text: curl(
      link,
      type.includes('alertmanager')
        ? { status: 'firing', groupKey: 'disk', alerts: [{ status: 'firing', labels: { alertname: 'Disk' } }] }
        : WEBHOOK,
    ),
  };
  return [...own, byHand];
}
