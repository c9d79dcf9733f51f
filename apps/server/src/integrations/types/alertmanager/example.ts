const labels = { alertname: 'HighRequestLatency', cluster: 'demo', severity: 'critical' };

/** An Alertmanager v4 body with one firing alert. */
export const alertmanagerExample = {
  receiver: 'tocsin',
  status: 'firing',
  alerts: [
    {
      status: 'firing',
      labels: { ...labels, instance: 'web-1:9100' },
      annotations: { summary: 'Requests take longer than a second on web-1' },
      startsAt: '2026-01-15T10:20:30.000Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'https://prometheus.example.net/graph?g0.expr=latency',
      fingerprint: 'd7f0a1b2c3e4f506',
    },
  ],
  groupLabels: { alertname: 'HighRequestLatency', cluster: 'demo' },
  commonLabels: labels,
  commonAnnotations: { summary: 'Requests take longer than a second on web-1', runbook_url: 'https://wiki.example.net/latency' },
  externalURL: 'https://alertmanager.example.net',
  version: '4',
  groupKey: '{}:{alertname="HighRequestLatency", cluster="demo"}',
  truncatedAlerts: 0,
  numFiring: 1,
  numResolved: 0,
};
