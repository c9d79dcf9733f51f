import { defineType } from '../integration-type.ts';
import { channels } from '../shared-templates.ts';

/** What the alert group of a window of maintenance shows; the server writes the payload (ingest.md 7.1). */
export const maintenance = defineType({
  slug: 'maintenance',
  title: 'Maintenance',
  description: 'Windows of maintenance',
  canResolve: false,
  canCreate: false,
  templates: channels({
    title: `{{ payload.title or 'Maintenance' }}`,
    message: `{{ payload.message or '' }}`,
    telegramMessage: `{{ payload.message or '' }}`,
  }),
  example: { title: 'Maintenance of Shop for 1 hour', message: 'New alert groups of the integration are collected here.' },
});
