import { defineType } from '../integration-type.ts';
import { channels, factMessages } from '../shared-templates.ts';

export const uptimerobot = defineType({
  slug: 'uptimerobot',
  title: 'UptimeRobot',
  description: 'UptimeRobot, with a POST value of JSON',
  templates: {
    grouping_key: `{{ payload.monitorID or payload.monitorURL or '' }}`,
    resolve_signal: `{{ payload.alertType | string == '2' }}`,
    source_link: `{{ payload.monitorURL or '' }}`,
    ...channels({
      title: `{{ payload.monitorFriendlyName }} is {{ payload.alertTypeFriendlyName }}`,
      ...factMessages(`payload.alertDetails`, [
        ['Duration (s)', 'payload.alertDuration'],
        ['Certificate ends', 'payload.sslExpiryDate'],
      ]),
    }),
  },
  example: {
    monitorURL: 'https://shop.example.net/',
    monitorFriendlyName: 'Shop',
    alertType: '1',
    alertTypeFriendlyName: 'Down',
    alertDetails: 'HTTP 503 - Service Unavailable',
    alertDuration: '',
    sslExpiryDate: '',
    sslExpiryDaysLeft: '',
  },
});
