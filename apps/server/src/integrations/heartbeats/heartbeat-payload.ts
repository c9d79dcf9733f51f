import type { IntegrationType } from '../types/integration-type.ts';

/** Fixed group ids of heartbeat alerts, as senders' filters know them (ingest.md 8). */
const UIDS: Readonly<Record<string, string>> = {
  formatted_webhook: 'fbdad422-b27d-454a-8553-84d1517e0005',
  webhook: '7973c835-ff3f-46e4-9444-06df127b6f8e',
  zabbix: '191eac7a-d7c1-43a0-8821-eef5afe41367',
  elastalert: '0eaf37c8-e1eb-4714-b79e-7c648b6a96fa',
  prtg: '5498ad08-f094-4dff-888e-51f8cac76eab',
};

export type HeartbeatEvent = {
  type: IntegrationType;
  integrationName: string;
  timeoutSeconds: number;
  lastAt: Date;
  now: Date;
  kind: 'missing' | 'restored';
};

type Texts = { title: string; message: string; isRestored: boolean };

/** Body of the alert that says that a heartbeat is missing, or is back, in the shape that the type's templates read (ingest.md 8). */
export function heartbeatPayload(event: HeartbeatEvent): unknown {
  const texts = textsOf(event);
  switch (event.type.slug) {
    case 'alertmanager':
    case 'grafana_alerting':
      return alertmanagerBody(event, texts);
    case 'legacy_alertmanager':
    case 'legacy_grafana_alerting':
      return {
        status: texts.isRestored ? 'resolved' : 'firing',
        labels: { alertname: `${event.integrationName} heartbeat` },
        annotations: { message: texts.message },
        startsAt: event.now.toISOString(),
        ...markers(texts),
      };
    case 'grafana':
      return {
        state: texts.isRestored ? 'ok' : 'alerting',
        title: texts.isRestored ? `[OK] ${event.integrationName} heartbeat` : `${event.integrationName} heartbeat`,
        message: texts.message,
        ...markers(texts),
      };
    default:
      return {
        alert_uid: UIDS[event.type.slug] ?? UIDS.webhook,
        title: texts.title,
        image_url: null,
        state: texts.isRestored ? 'ok' : 'alerting',
        link_to_upstream_details: null,
        message: texts.message,
        ...markers(texts),
      };
  }
}

const markers = ({ isRestored }: Texts) => ({
  is_oncall_heartbeat: true,
  is_oncall_heartbeat_restored: isRestored,
  is_amixr_heartbeat: true,
  is_amixr_heartbeat_restored: isRestored,
});

function textsOf({ integrationName, timeoutSeconds, lastAt, kind }: HeartbeatEvent): Texts {
  const minutes = timeoutSeconds % 60 === 0 ? `${timeoutSeconds / 60} min` : `${timeoutSeconds} s`;
  return kind === 'missing'
    ? {
        title: `${integrationName} heartbeat is missing`,
        message: `No heartbeat came within ${minutes}; the last one at ${lastAt.toISOString()}. The monitoring system may be down, or cannot reach this server: its alerts may not arrive.`,
        isRestored: false,
      }
    : {
        title: `${integrationName} heartbeat restored`,
        message: `A heartbeat came again at ${lastAt.toISOString()}. Look whether alerts are missing from the time in between.`,
        isRestored: true,
      };
}

function alertmanagerBody({ now }: HeartbeatEvent, { title, message, isRestored }: Texts): unknown {
  const status = isRestored ? 'resolved' : 'firing';
  const labels = { alertname: 'OnCallHeartBeatMissing' };
  const annotations = { title, description: message };
  return {
    receiver: 'heartbeat',
    status,
    alerts: [
      {
        status,
        labels,
        annotations,
        startsAt: now.toISOString(),
        endsAt: isRestored ? now.toISOString() : '0001-01-01T00:00:00Z',
        generatorURL: '',
        fingerprint: '',
      },
    ],
    groupLabels: labels,
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: '',
    version: '4',
    groupKey: '{}:{alertname="OnCallHeartBeatMissing"}',
    truncatedAlerts: 0,
    numFiring: isRestored ? 0 : 1,
    numResolved: isRestored ? 1 : 0,
  };
}
