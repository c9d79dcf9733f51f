import { directPaging } from '../direct_paging/index.ts';
import { defineType } from '../integration-type.ts';

/** Incidents that people made from Slack messages, kept for those that are imported (ingest.md 4.6). */
export const manual = defineType({
  slug: 'manual',
  title: 'Manual',
  description: 'Messages of people',
  canResolve: false,
  canCreate: false,
  templates: directPaging.templates,
  example: {
    oncall: {
      title: 'Message from @anna',
      message: 'please look at the billing job',
      author_username: 'anna',
      permalink: null,
    },
  },
});
