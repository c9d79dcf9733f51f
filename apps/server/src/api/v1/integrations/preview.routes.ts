import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { memberText, type PreviewRequest, type PreviewResult } from '../../../integrations/index.ts';
import { fieldErrors, notFound, refusal } from '../conventions/api-error.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { bodyObject, isObject } from '../conventions/fields.ts';
import { API_BODY_LIMIT } from '../conventions/request-bodies.ts';
import { errorResponses, sendJson } from '../conventions/resource.ts';

export type PreviewTemplate = (request: PreviewRequest) => Promise<PreviewResult>;

const PreviewSchema = named(
  'TemplatePreview',
  Type.Object({
    preview: Type.Union([Type.String(), Type.Null()], { description: 'The result, or the text of the error.' }),
    is_valid_json_object: Type.Optional(Type.Boolean()),
    is_truthy: Type.Optional(Type.Boolean({ description: 'Of templates that answer yes or no.' })),
    alert_group_id: Type.Optional(
      Type.Union([Type.String(), Type.Null()], { description: 'Of grouping: the group that such an alert would join.' }),
    ),
  }),
);

/** Renders a draft of any template on any payload; nothing is stored (templates.md 9). */
export function registerPreview(
  app: FastifyInstance,
  { previewTemplate, alertBodyLimit }: { previewTemplate: PreviewTemplate; alertBodyLimit: number },
): void {
  app.post(
    '/integrations/:id/preview_template',
    {
      config: { permission: 'integrations:test' },
      bodyLimit: API_BODY_LIMIT + alertBodyLimit,
      schema: {
        operationId: 'previewTemplate',
        summary: 'Renders a template on a pasted payload, or on the first alert of the newest group',
        tags: ['integrations'],
        params: Type.Object({ id: Type.String() }),
        body: Type.Object({
          template_name: Type.String({ examples: ['web_title', 'grouping_id', 'route', 'alert_group_dynamic_label'] }),
          template_body: Type.String(),
          payload: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
        }),
        response: { 200: PreviewSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { org } = callerOf(request);
      const body = bodyObject(request.body);
      if (body.payload !== undefined && body.payload !== null && !isObject(body.payload))
        throw refusal('Payload must be a valid json object', 'invalid_payload');
      const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
      const result = await previewTemplate({
        organizationId: org,
        integrationId: (request.params as { id: string }).id,
        templateName: text(body.template_name),
        templateBody: text(body.template_body),
        payload: isObject(body.payload) ? memberText(request.bodyText, 'payload') : null,
      });
      if (result.ok) return sendJson(reply, 200, JSON.stringify(result.preview));
      switch (result.reason) {
        case 'no_integration':
          throw notFound();
        case 'no_alert':
          throw refusal('Alert to preview does not exist', 'alert_not_found');
        case 'name_missing':
          throw fieldErrors({ template_name: 'Template name is missing' });
        case 'unknown_name':
          throw fieldErrors({ template_name: 'Unknown template name' });
      }
    },
  );
}
