import { defineType } from '../integration-type.ts';
import { fieldChannels, fieldTemplates } from '../shared-templates.ts';

export const zabbix = defineType({
  slug: 'zabbix',
  title: 'Zabbix',
  description: 'Zabbix, by an alert script',
  lenient: true,
  hasHeartbeat: true,
  templates: { ...fieldTemplates, ...fieldChannels },
  example: {
    alert_uid: '88213',
    title: 'Problem: CPU load high on app-4',
    state: 'alerting',
    message: 'Trigger: load above 8\nItem: system.cpu.load',
  },
});
