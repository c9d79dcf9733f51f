import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { type TSchema, Type } from 'typebox';
import {
  isOrganizationAdmin,
  type OrganizationSettings,
  REMIND_SECONDS,
  readOrganizationSettings,
  saveOrganizationSettings,
  UNACKNOWLEDGE_SECONDS,
} from '../../../access/index.ts';
import { addLiveEvents } from '../../../live/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { isTimeZone } from '../../../schedules/index.ts';
import { forbidden, notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { checkIfMatch, sendOne } from '../conventions/etag.ts';
import {
  boolean,
  custom,
  type Field,
  Invalid,
  invalidChoice,
  isObject,
  nullable,
  readBody,
  text,
} from '../conventions/fields.ts';
import { type ApiDeps, errorResponses, inOneTransaction } from '../conventions/resource.ts';
import { columnsField } from '../conventions/table-columns.ts';
import { retentionField } from './retention-field.ts';

const oneOf = <T extends string | number>(values: readonly T[]): Field<T> =>
  custom(Type.Union(values.map((value) => Type.Literal(value))), (raw) => {
    const found = values.find((value) => value === raw || (typeof value === 'number' && String(value) === raw));
    if (found === undefined) throw invalidChoice(raw);
    return found;
  });

const zone = custom(Type.String(), (raw) => {
  if (typeof raw !== 'string' || !isTimeZone(raw)) throw new Invalid(['Invalid timezone']);
  return raw;
});
const slug = custom(Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$' }), (raw) => {
  if (typeof raw !== 'string' || !/^[A-Za-z0-9_-]{1,100}$/.test(raw))
    throw new Invalid(['Use 1 to 100 letters, digits, hyphens and underscores.']);
  return raw;
});
const url = custom(Type.String({ format: 'uri' }), (raw) => {
  if (typeof raw !== 'string' || raw.length > 500 || !/^https?:\/\/./.test(raw) || !URL.canParse(raw))
    throw new Invalid(['Enter a valid URL.']);
  return raw;
});
const Banner = Type.Object({ title: Type.String({ maxLength: 200 }), body: Type.String({ maxLength: 2000 }) });
const banner = custom<OrganizationSettings['banner']>(Type.Union([Banner, Type.Null()]), (raw) => {
  if (raw === null) return null;
  const { title, body } = isObject(raw) ? raw : {};
  if (typeof title !== 'string' || typeof body !== 'string' || title.length > 200 || body.length > 2_000)
    throw new Invalid(['Expected a title of at most 200 and a body of at most 2000 characters.']);
  return { title, body };
});
/** Each setting: its name in the API, in the program, and how it is read. */
const SETTINGS = {
  name: ['name', text({ max: 190 })],
  stack_slug: ['stackSlug', slug],
  org_slug: ['orgSlug', slug],
  default_timezone: ['defaultTimezone', zone],
  week_start: ['weekStart', oneOf(['mon', 'sun', 'sat'])],
  is_resolution_note_required: ['isResolutionNoteRequired', boolean()],
  acknowledge_remind_timeout: ['acknowledgeRemindSeconds', oneOf(REMIND_SECONDS)],
  unacknowledge_timeout: ['unacknowledgeSeconds', oneOf(UNACKNOWLEDGE_SECONDS)],
  direct_paging_prefer_important_policy: ['directPagingPrefersImportant', boolean()],
  manual_direct_paging: ['manualDirectPaging', boolean()],
  strict_references: ['strictReferences', boolean()],
  tokens_need_ownership: ['tokensNeedOwnership', boolean()],
  retention: ['retention', retentionField],
  alert_group_table_columns: ['tableColumns', columnsField],
  rbac_enabled: ['rbacEnabled', boolean()],
  is_grafana_irm_enabled: ['isIrm', boolean()],
  banner: ['banner', banner],
  grafana_url: ['grafanaUrl', nullable(url)],
} as const satisfies Record<string, readonly [keyof OrganizationSettings, Field<unknown>]>;

const fields: Readonly<Record<string, Field<unknown>>> = Object.fromEntries(
  Object.entries(SETTINGS).map(([key, [, field]]) => [key, field]),
);
const schemas: Record<string, TSchema> = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.schema]));
const EnvStatus = Type.Object(
  {
    telegram_configured: Type.Boolean(),
    mattermost_configured: Type.Boolean(),
    phone_provider: Type.Object({
      configured: Type.Boolean(),
      test_sms: Type.Boolean(),
      test_call: Type.Boolean(),
      verification_sms: Type.Boolean(),
      verification_call: Type.Boolean(),
    }),
  },
  { description: 'What this server can reach people by; read-only.' },
);
/** Neither a messenger nor a phone provider can be set up yet. */
const ENV_STATUS = {
  telegram_configured: false,
  mattermost_configured: false,
  phone_provider: { configured: false, test_sms: false, test_call: false, verification_sms: false, verification_call: false },
};
export const SettingsSchema = named(
  'OrganizationSettings',
  Type.Object({
    id: Type.String(),
    ...schemas,
    slack_channel: Type.Null({ description: 'Default channel of alert groups; none while no workspace can be connected.' }),
    env_status: EnvStatus,
    rbac: Type.Object({ enabled: Type.Boolean(), custom_roles: Type.Integer() }, { description: 'What holds now.' }),
  }),
);
const BodySchema = Type.Object(Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, Type.Optional(schema)])), {
  title: 'OrganizationSettingsUpdate',
});

/** Settings of the caller's organization (access.md 2). */
export function registerOrganizationSettings(app: FastifyInstance, { db, clock }: ApiDeps): void {
  const tags = ['organizations'];
  const params = Type.Object({ id: Type.String() });
  const orgOf = (request: Parameters<typeof callerOf>[0]): string => {
    const { org } = callerOf(request);
    const { id } = request.params as { id: string };
    if (id !== org && id !== 'current') throw notFound();
    return org;
  };
  app.get(
    '/organizations/:id/settings',
    {
      config: { permission: 'other-settings:read' },
      schema: {
        operationId: 'getOrganizationSettings',
        summary: 'Reads the settings of the organization',
        tags,
        params,
        response: { 200: SettingsSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const org = orgOf(request);
      return sendOne(reply, 200, JSON.stringify(await presentSettings(db, org, await readOrganizationSettings(db, org))));
    },
  );
  for (const method of ['PUT', 'PATCH'] as const) {
    app.route({
      method,
      url: '/organizations/:id/settings',
      config: { permission: 'other-settings:write' },
      schema: {
        operationId: `${method === 'PUT' ? 'update' : 'patch'}OrganizationSettings`,
        summary: 'Changes settings of the organization; keys that are left out keep their values',
        tags,
        params,
        body: BodySchema,
        response: { 200: SettingsSchema, ...errorResponses },
      },
      handler: async (request, reply) => {
        const org = orgOf(request);
        const body: Readonly<Record<string, unknown>> = readBody(fields, request.body);
        const answer = await inOneTransaction(db, {}, async (tx) => {
          const stored = await readOrganizationSettings(tx, org, true);
          const changed = Object.fromEntries(
            Object.entries(SETTINGS).flatMap(([key, [name]]) => (Object.hasOwn(body, key) ? [[name, body[key]]] : [])),
          ) as Partial<OrganizationSettings>;
          // Whether roles count decides about everybody's rights.
          const switchesRights = changed.rbacEnabled !== undefined && changed.rbacEnabled !== stored.rbacEnabled;
          if (switchesRights && !isOrganizationAdmin(callerOf(request))) throw forbidden();
          const before = await presentSettings(tx, org, stored);
          checkIfMatch(request, JSON.stringify(before));
          const settings = { ...stored, ...changed, retention: { ...stored.retention, ...changed.retention } };
          await saveOrganizationSettings(tx, org, settings);
          const after = await presentSettings(tx, org, settings);
          await addLiveEvents(tx, [{ organizationId: org, type: 'settings', objectId: org }]);
          const resource = { type: 'organization', id: org, name: String(after.name) };
          await audit(tx, request, { type: 'settings', name: 'updated', resource, before, after }, clock);
          return after;
        });
        return sendOne(reply, 200, JSON.stringify(answer));
      },
    });
  }
}

/** An organization's settings as the API shows them. */
export async function presentSettings(
  db: Db | Tx,
  org: string,
  settings: OrganizationSettings,
): Promise<Record<string, unknown>> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from role where organization_id = ${org}`.execute(
    db,
  );
  return {
    id: org,
    slack_channel: null,
    env_status: ENV_STATUS,
    ...Object.fromEntries(Object.entries(SETTINGS).map(([key, [name]]) => [key, settings[name]])),
    rbac: { enabled: settings.rbacEnabled, custom_roles: rows[0]?.count ?? 0 },
  };
}
