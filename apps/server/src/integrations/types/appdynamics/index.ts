import { defineType } from '../integration-type.ts';
import { channels, factMessages } from '../shared-templates.ts';

const event = `(payload.event or {})`;

export const appdynamics = defineType({
  slug: 'appdynamics',
  title: 'AppDynamics',
  description: 'AppDynamics health rules, by an HTTP request template',
  templates: {
    grouping_key: `{{ [(${event}.application or {}).name, (${event}.node or {}).name] | select | join(' / ') }}`,
    resolve_signal: `{{ (${event}.eventType or '') | regex_match('POLICY_(CLOSE|CANCELED)') }}`,
    source_link: `{{ ${event}.deepLink or '' }}`,
    ...channels({
      title: `{{ ${event}.displayName }}: {{ ${event}.summaryMessage }}`,
      ...factMessages(`(${event}.eventMessage or '') | striptags`, [
        ['Application', `(${event}.application or {}).name`],
        ['Node', `(${event}.node or {}).name`],
        ['Severity', `${event}.severity`],
      ]),
    }),
  },
  example: {
    event: {
      eventType: 'POLICY_OPEN_CRITICAL',
      id: '88412',
      eventTime: 'Thu Jan 15 10:20:30 UTC 2026',
      displayName: 'Health Rule Violation Started - Critical',
      summaryMessage: 'Response time of checkout is too high',
      eventMessage: '<b>checkout</b> 5400 ms',
      application: { name: 'shop' },
      node: { name: 'shop-node-2' },
      severity: 'ERROR',
      deepLink: 'https://example.saas.appdynamics.com/#location=APP_EVENT_VIEWER_MODAL&eventSummary=88412',
    },
  },
});
