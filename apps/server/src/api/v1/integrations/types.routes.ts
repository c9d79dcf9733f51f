import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { findIntegrationType, type IntegrationType, integrationTypes, WITHOUT_DEMO } from '../../../integrations/index.ts';
import { notFound } from '../conventions/api-error.ts';
import { errorResponses, sendJson } from '../conventions/resource.ts';
import { presentTemplates, TemplatesSchema } from './templates-field.ts';

const fields = {
  type: Type.String(),
  display_name: Type.String(),
  short_description: Type.String(),
  featured: Type.Boolean(),
  featured_tag_name: Type.Union([Type.String(), Type.Null()]),
  is_creatable: Type.Boolean({ description: 'Whether people make integrations of this type.' }),
  is_legacy: Type.Boolean(),
  is_able_to_autoresolve: Type.Boolean(),
  is_based_on_alertmanager: Type.Boolean(),
  is_available_for_integration_heartbeat: Type.Boolean(),
  is_demo_alert_enabled: Type.Boolean(),
};
const TypeSchema = Type.Object(fields);
const TypeDetailSchema = Type.Object({
  ...fields,
  demo_alert_payload: Type.Unknown({ description: 'What a demo alert sends when none is given.' }),
  default_templates: TemplatesSchema,
});

/** The catalogue of integration types (ingest.md 3.1), featured ones first. */
export function registerIntegrationTypes(app: FastifyInstance): void {
  const config = { permission: 'integrations:read' as const };
  app.get(
    '/integration_types',
    {
      config,
      schema: {
        operationId: 'listIntegrationTypes',
        summary: 'Lists the types of integrations',
        tags: ['integrations'],
        response: { 200: Type.Array(TypeSchema), ...errorResponses },
      },
    },
    async (_request, reply) => {
      const types = [...integrationTypes()].sort((a, b) => Number(b.isFeatured) - Number(a.isFeatured));
      return sendJson(reply, 200, JSON.stringify(types.map(presentType)));
    },
  );
  app.get(
    '/integration_types/:type',
    {
      config,
      schema: {
        operationId: 'getIntegrationType',
        summary: 'Reads a type with its example and its default templates',
        tags: ['integrations'],
        params: Type.Object({ type: Type.String() }),
        response: { 200: TypeDetailSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const type = findIntegrationType((request.params as { type: string }).type);
      if (type === null) throw notFound();
      const templates = presentTemplates(type.templates as Parameters<typeof presentTemplates>[0]);
      const detail = { ...presentType(type), demo_alert_payload: type.example, default_templates: templates };
      return sendJson(reply, 200, JSON.stringify(detail));
    },
  );
}

const presentType = (type: IntegrationType): Record<string, unknown> => ({
  type: type.slug,
  display_name: type.title,
  short_description: type.description,
  featured: type.isFeatured,
  featured_tag_name: type.featuredTag ?? null,
  is_creatable: type.canCreate && !type.slug.startsWith('legacy_'),
  is_legacy: type.slug.startsWith('legacy_'),
  is_able_to_autoresolve: type.canResolve,
  is_based_on_alertmanager: type.isBasedOnAlertmanager,
  is_available_for_integration_heartbeat: type.hasHeartbeat,
  is_demo_alert_enabled: !WITHOUT_DEMO.has(type.slug),
});
