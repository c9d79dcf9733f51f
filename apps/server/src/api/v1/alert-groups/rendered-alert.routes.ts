import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { findListedGroup, loadAlerts } from '../../../alerting/index.ts';
import type { AlertToRender, Appearance } from '../../../integrations/index.ts';
import { notFound } from '../conventions/api-error.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { type ApiDeps, errorResponses } from '../conventions/resource.ts';

/** Null: the integration is gone. */
export type RenderAlert = (org: string, alert: AlertToRender) => Promise<Appearance | null>;

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const RenderedSchema = named(
  'RenderedAlert',
  Type.Object({
    title: TextOrNull,
    message_html: Type.Union([Type.String(), Type.Null()], {
      description: 'Made from Markdown; HTML of payloads and templates is escaped in it.',
    }),
    image_url: TextOrNull,
    source_link: Type.Union([Type.String(), Type.Null()], { description: 'What the template made, also when it is no address.' }),
    template_errors: Type.Array(Type.Object({ template: Type.String(), error: Type.String() }), {
      description: 'Templates of the integration that failed; the default is shown in their place.',
    }),
  }),
);

/** An alert as people see it (templates.md 3, 8). */
export function registerRenderedAlert(
  app: FastifyInstance,
  { db, renderAlert }: Pick<ApiDeps, 'db'> & { renderAlert: RenderAlert },
): void {
  app.get(
    '/alerts/:id/rendered',
    {
      config: { permission: 'alert-groups:read' as const },
      schema: {
        operationId: 'renderAlert',
        summary: 'Shows an alert as the templates of its integration render it for the web',
        tags: ['alerts'],
        params: Type.Object({ id: Type.String() }),
        response: { 200: RenderedSchema, ...errorResponses },
      },
    },
    async (request) => {
      const { org } = callerOf(request);
      const [alert] = await loadAlerts(db, org, [(request.params as { id: string }).id]);
      const group = alert === undefined ? null : await findListedGroup(db, org, alert.alertGroupId);
      if (alert === undefined || group === null) throw notFound();
      const rendered = await renderAlert(org, { integrationId: alert.integrationId, payload: alert.payload, group });
      return {
        title: rendered?.title ?? group.title,
        message_html: rendered?.message ?? null,
        image_url: rendered?.imageUrl ?? null,
        source_link: rendered?.sourceLink ?? null,
        template_errors: (rendered?.failures ?? []).map(({ name, text }) => ({ template: name, error: text })),
      };
    },
  );
}
