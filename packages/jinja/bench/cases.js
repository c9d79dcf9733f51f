/** The measured templates with their payloads: plain JSON, and only what all four engines understand. */

const alert = (index) => ({
  status: index % 3 === 0 ? 'resolved' : 'firing',
  labels: {
    alertname: 'DiskFull',
    instance: `db-${index}.example.net:9100`,
    job: 'node',
    mountpoint: '/var/lib/postgresql',
    severity: index % 2 === 0 ? 'critical' : 'warning',
  },
  annotations: {
    summary: `Disk on db-${index} is at ${80 + (index % 20)} percent`,
    description: 'The file system fills up within four hours at the rate of the last hour.',
  },
  startsAt: '2025-03-04T05:06:07.123Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'https://prom.example.net/graph?g0.expr=node_filesystem_avail_bytes',
  fingerprint: `f0e1d2c3b4a5${index}`,
});

const payload = (count) => ({
  version: '4',
  groupKey: '{}/{team="db"}:{alertname="DiskFull"}',
  status: 'firing',
  receiver: 'tocsin',
  groupLabels: { alertname: 'DiskFull', cluster: 'eu-2' },
  commonLabels: { alertname: 'DiskFull', cluster: 'eu-2', severity: 'critical', team: 'db' },
  commonAnnotations: { runbook_url: 'https://wiki.example.net/disk' },
  externalURL: 'https://alerts.example.net',
  numFiring: count,
  numResolved: 1,
  alerts: Array.from({ length: count }, (_, index) => alert(index)),
});

const message = `{%- set severity = payload.commonLabels.severity | default("unknown") -%}
{%- set url = payload.externalURL ~ "/#/alerts?receiver=" ~ payload.receiver -%}
**{{ payload.status | upper }}** {{ payload.groupLabels.alertname }} ({{ severity }})
{% if payload.numFiring > 0 %}Firing: {{ payload.numFiring }}{% endif %}{% if payload.numResolved > 0 %} Resolved: {{ payload.numResolved }}{% endif %}

{% if payload.commonLabels | length > 0 -%}
Common labels:
{% for name, value in payload.commonLabels | dictsort %}- {{ name }}: {{ value }}
{% endfor %}{% endif %}
{% if payload.commonAnnotations.runbook_url %}[Runbook]({{ payload.commonAnnotations.runbook_url }}){% endif %}
{% for alert in payload.alerts %}{% if loop.first %}Alerts:
{% endif %}{{ loop.index }}. {{ alert.labels.instance | replace(".example.net", "") }}: {{ alert.annotations.summary | trim }}{% if alert.status == "resolved" %} (resolved){% endif %}
{% else %}No alerts.
{% endfor %}
[Source]({{ url | trim }})
`;

const loop = `{% for alert in payload.alerts %}{% if alert.status == "firing" %}{{ loop.index }}/{{ loop.length }} {{ alert.labels.alertname }} on {{ alert.labels.instance }} [{{ alert.labels.severity | upper }}]: {{ alert.annotations.summary }}
{% for name, value in alert.labels | dictsort %}  {{ name }}={{ value }}{% if not loop.last %},{% endif %}{% endfor %}
{% endif %}{% endfor %}`;

export const cases = [
  { name: 'Alertmanager message', template: message, payload: payload(3) },
  {
    name: 'short title',
    template: '[{{ payload.status | upper }}] {{ payload.groupLabels.alertname }} ({{ payload.commonLabels.severity }})',
    payload: payload(1),
  },
  { name: 'loop over 100 alerts', template: loop, payload: payload(100) },
];
