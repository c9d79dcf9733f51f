import { defineType } from '../integration-type.ts';
import { jsonChannels } from '../shared-templates.ts';

/** Without what tells state or time, so that a recovery finds its alert (ingest.md B-19). */
const grouping = `
{%- if payload is not mapping -%}
{{ payload }}
{%- elif payload.alert_uid is not none and payload.alert_uid | string != '' -%}
{{ payload.alert_uid }}
{%- else -%}
{{ dict(payload.items() | rejectattr(0, 'in', ['state', 'status', 'timestamp', '@timestamp', 'time', 'date', 'startsAt', 'endsAt', 'started_at', 'ended_at', 'created_at', 'updated_at', 'duration']) | list) }}
{%- endif -%}`;

/** The whole text and a line end; heartbeats by their uid; nothing groups what is not an object. */
const referenceGrouping = `{%- if payload is not mapping -%}
{%- elif payload.get('is_oncall_heartbeat', payload.get('is_amixr_heartbeat')) -%}
{{ payload.alert_uid }}
{%- else -%}
{{ payload }}
{% endif -%}`;

export const webhook = defineType({
  slug: 'webhook',
  title: 'Webhook',
  description: 'Any JSON body',
  lenient: true,
  hasHeartbeat: true,
  isFeatured: true,
  featuredTag: 'Generic',
  templates: {
    grouping_key: grouping,
    resolve_signal: `{{ payload is mapping and payload.state is defined and payload.state | lower | trim == 'ok' }}`,
    source_link: `{{ payload.url or '' }}`,
    ...jsonChannels('Incident'),
  },
  referenceTemplates: { grouping_key: referenceGrouping },
  example: { message: 'This alert was sent by a person to try things out', host: 'web-1', state: 'alerting' },
});
