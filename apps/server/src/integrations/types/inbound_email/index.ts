import { defineType } from '../integration-type.ts';
import { channels } from '../shared-templates.ts';

export const inboundEmail = defineType({
  slug: 'inbound_email',
  title: 'Inbound Email',
  description: 'Mail to an address of the integration',
  templates: {
    grouping_key: `{{ (payload.subject or '') | string | upper }}`,
    resolve_signal: `{{ (payload.message or '') | string | trim | lower == 'ok' }}`,
    ...channels({
      title: `{{ payload.subject or '' }}`,
      message: `{{ payload.message or '' }}`,
      telegramMessage: `{{ payload.message or '' }}`,
    }),
  },
  example: { subject: 'UPS on battery', message: 'Input power was lost', sender: 'ups@example.net' },
});
