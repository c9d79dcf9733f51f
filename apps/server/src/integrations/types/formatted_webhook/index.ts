import { defineType } from '../integration-type.ts';
import { fieldChannels, fieldTemplates } from '../shared-templates.ts';

export const formattedWebhook = defineType({
  slug: 'formatted_webhook',
  title: 'Formatted webhook',
  description: 'A JSON body with known fields',
  lenient: true,
  hasHeartbeat: true,
  templates: { ...fieldTemplates, ...fieldChannels },
  example: {
    alert_uid: '08d6891a-835c-e661-39fa-96b6a9e26552',
    title: 'The whole system is down',
    image_url: 'https://upload.example.net/rack.jpg',
    state: 'alerting',
    link_to_upstream_details: 'https://status.example.net/incident/1',
    message: 'Smoke was seen above the rack',
  },
});
