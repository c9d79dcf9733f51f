import { defineType } from '../integration-type.ts';
import { channels, factMessages } from '../shared-templates.ts';

const issue = `(payload.payload or {})`;
const isVerification = `payload.event == 'verification'`;

export const fabric = defineType({
  slug: 'fabric',
  title: 'Fabric',
  description: 'Crashlytics by Fabric, which was closed in 2020',
  canResolve: false,
  templates: {
    grouping_key: `{{ 'verification' if ${isVerification} else (${issue}.display_id if ${issue}.display_id is not none) }}`,
    resolve_signal: `{{ ${isVerification} }}`,
    source_link: `{{ ${issue}.url or '' }}`,
    ...channels({
      title: `{{ 'Fabric verification' if ${isVerification} else ${issue}.title or '' }}`,
      ...factMessages(`${issue}.method`, [
        ['Impact', `${issue}.impact_level`],
        ['Crashes', `${issue}.crashes_count`],
        ['Devices', `${issue}.impacted_devices_count`],
      ]),
    }),
  },
  example: {
    event: 'issue_impact_change',
    payload_type: 'issue',
    payload: {
      display_id: 412,
      title: 'CartActivity.java line 88',
      method: 'com.example.shop.CartActivity.onResume',
      impact_level: 2,
      crashes_count: 54,
      impacted_devices_count: 16,
      url: 'https://fabric.example.net/android/apps/shop/issues/412',
    },
  },
});
