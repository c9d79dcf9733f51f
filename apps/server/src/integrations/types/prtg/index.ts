import { defineType } from '../integration-type.ts';
import { fieldChannels, fieldTemplates } from '../shared-templates.ts';

/** `ack_url_get` and pass hashes are credentials: no template shows them (ingest.md B-21). */
export const prtg = defineType({
  slug: 'prtg',
  title: 'PRTG',
  description: 'PRTG Network Monitor, by its script for notifications',
  lenient: true,
  hasHeartbeat: true,
  templates: { ...fieldTemplates, ...fieldChannels },
  example: {
    alert_uid: '2043 15.01.2026',
    title: 'core-sw1 Ping Down at 15.01.2026 10:20:30',
    image_url: null,
    state: 'alerting',
    link_to_upstream_details: 'https://prtg.example.net/sensor.htm?id=2043',
    message: 'Request timed out (ICMP error # 11010)',
  },
});
