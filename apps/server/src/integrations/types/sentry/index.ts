import { defineType } from '../integration-type.ts';
import { channels, factMessages } from '../shared-templates.ts';

/** Bodies of the integration platform have `data`, those of a project's webhook `event`. */
const data = `(payload.data or {})`;
const issue = `(${data}.issue or {})`;
const event = `(payload.event or ${data}.event or {})`;

export const sentry = defineType({
  slug: 'sentry',
  title: 'Sentry',
  description: 'Sentry issues and alerts',
  templates: {
    grouping_key: `{{ ${issue}.id or ${event}.issue_id or (${data}.metric_alert or {}).id or payload.id or '' }}`,
    resolve_signal: `{{ payload.action == 'resolved' }}`,
    source_link: `{{ payload.url or ${issue}.permalink or ${event}.web_url or ${data}.web_url or '' }}`,
    ...channels({
      title: `{{ ${event}.title or ${issue}.title or ${data}.description_title or payload.message or '' }}`,
      ...factMessages(`(payload.culprit or ${issue}.culprit or ${event}.culprit or ${data}.description_text)`, [
        ['Project', `(payload.project_name or (${issue}.project or {}).name)`],
        ['Environment', `${event}.environment`],
        ['Level', `(payload.level or ${issue}.level or ${event}.level)`],
      ]),
    }),
  },
  example: {
    action: 'created',
    installation: { uuid: '7a485448-a9e2-4c85-8a3c-4f44175783c9' },
    data: {
      issue: {
        id: '5120447',
        shortId: 'CHECKOUT-3F',
        title: "KeyError: 'sku'",
        culprit: 'cart.views in add',
        permalink: 'https://example.sentry.io/issues/5120447/',
        level: 'error',
        status: 'unresolved',
        project: { id: '11', name: 'checkout', slug: 'checkout' },
      },
    },
  },
});
