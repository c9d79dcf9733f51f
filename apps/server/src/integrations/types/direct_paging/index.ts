import { defineType } from '../integration-type.ts';
import { channels } from '../shared-templates.ts';

/** Pages that people send; the server writes the payload (ingest.md 4.6). */
export const directPaging = defineType({
  slug: 'direct_paging',
  title: 'Direct paging',
  description: 'People who page people',
  canResolve: false,
  canCreate: false,
  templates: {
    grouping_key: `{{ payload }}`,
    source_link: `{{ (payload.oncall or {}).permalink or '' }}`,
    ...channels({
      title: `{{ (payload.oncall or {}).title or '' }}`,
      message: `{{ (payload.oncall or {}).message or '' }}`,
      telegramMessage: `{{ (payload.oncall or {}).message or '' }}`,
    }),
  },
  example: {
    oncall: {
      title: 'anna is paging Network to join escalation',
      message: 'core switch down',
      author_username: 'anna',
      permalink: null,
    },
  },
});
