import { type TSchema, Type } from 'typebox';
import { findIntegrationType, HEARTBEAT_SECONDS, type Integration } from '../../../integrations/index.ts';
import { refusal } from '../conventions/api-error.ts';
import {
  boolean,
  custom,
  type Field,
  Invalid,
  integer,
  invalidChoice,
  isObject,
  nullable,
  object,
  pythonType,
  text,
} from '../conventions/fields.ts';
import { teamField } from '../conventions/team-field.ts';
import { dynamicValueError, LabelsSchema, labelsField, staticValueError } from './labels-field.ts';
import { messengerSchemas } from './messengers-field.ts';
import { TemplatesSchema, templatesField } from './templates-field.ts';

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const HOST = /^(?:\*|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}))(?::(\d{1,5}))?$/;

export const AcknowledgeHostSchema: TSchema = Type.Object({
  host: Type.String({ description: 'Host, with `:port` where it is not the scheme’s own.' }),
  plain_http: Type.Boolean({ description: 'Whether http:// may be used; otherwise only https://.' }),
});

/** Hosts that an acknowledge may call because a payload names them (`ack_url_get`); an addition of Tocsin's. */
const acknowledgeHosts: Field<Integration['acknowledgeHosts']> = custom(Type.Array(AcknowledgeHostSchema), (raw) => {
  if (raw === null) return [];
  if (!Array.isArray(raw)) throw new Invalid([`Expected a list of items but got type "${pythonType(raw)}".`]);
  return raw.map((item: unknown) => {
    const given = isObject(item) && typeof item.host === 'string' ? item.host.trim().toLowerCase() : '';
    const match = HOST.exec(given);
    if (!isObject(item) || match === null)
      throw new Invalid([`Each item needs a host, such as "prtg.example.net:8080", got ${JSON.stringify(item)}.`]);
    const port = match[1] === undefined ? null : Number(match[1]);
    return { host: port === null ? given : given.slice(0, given.lastIndexOf(':')), port, plain_http: item.plain_http === true };
  });
});

const groupingScope: Field<Integration['groupingScope']> = custom(
  Type.Union([Type.Literal('route'), Type.Literal('signals'), Type.Literal('integration'), Type.Null()]),
  (raw) => {
    if (raw === null || raw === '') return null;
    if (raw !== 'route' && raw !== 'signals' && raw !== 'integration') throw invalidChoice(raw);
    return raw;
  },
);

const HeartbeatField = Type.Object({
  interval_seconds: Type.Optional(Type.Integer({ minimum: HEARTBEAT_SECONDS.min, maximum: HEARTBEAT_SECONDS.max })),
});
const interval = integer({ min: HEARTBEAT_SECONDS.min, max: HEARTBEAT_SECONDS.max });

/** The time-out of the heartbeat in seconds; null and what clients send back of an answer without it change nothing. */
const heartbeatField: Field<number | null> = custom(Type.Union([HeartbeatField, Type.Null()]), (raw) => {
  if (raw === null) return null;
  if (!isObject(raw)) throw new Invalid([`Expected a dictionary of items but got type "${pythonType(raw)}".`]);
  if (raw.interval_seconds === undefined) return null;
  try {
    return interval.read(raw.interval_seconds);
  } catch (error) {
    throw error instanceof Invalid ? new Invalid({ interval_seconds: error.body }) : error;
  }
});

const GroupLabelsField = Type.Object({
  inherit: Type.Optional(Type.Record(Type.String(), Type.Boolean())),
  template: Type.Optional(TextOrNull),
});
export type GroupLabelsChange = { readonly inherit: ReadonlyMap<string, boolean>; readonly template?: string | null };

/** Which labels alert groups get of the integration, and a template that makes further ones. */
function groupLabelsField(syntaxError: (source: string) => string | null): Field<GroupLabelsChange> {
  return custom(GroupLabelsField, (raw) => {
    if (raw === null) throw new Invalid(['This field may not be null.']);
    if (!isObject(raw)) throw new Invalid([`Expected a dictionary of items but got type "${pythonType(raw)}".`]);
    const { inherit = {}, template } = raw;
    if (!isObject(inherit))
      throw new Invalid({ inherit: [`Expected a dictionary of items but got type "${pythonType(inherit)}".`] });
    const wrong = Object.entries(inherit).find(([, value]) => typeof value !== 'boolean');
    if (wrong !== undefined) throw new Invalid({ inherit: { [wrong[0]]: ['Must be a valid boolean.'] } });
    const toggles = new Map(Object.entries(inherit as Record<string, boolean>));
    if (template === undefined) return { inherit: toggles };
    if (template === null || template === '') return { inherit: toggles, template: null };
    if (typeof template !== 'string' || syntaxError(template) !== null)
      throw new Invalid({ template: ['Jinja template is incorrect'] });
    return { inherit: toggles, template };
  });
}

export const DIRECT_PAGING = 'direct_paging';

/** A type that integrations can be made of; whether direct paging is one of them depends on the organization. */
const integrationType: Field<string> = custom(Type.String(), (raw) => {
  const slug = text().read(raw);
  const type = findIntegrationType(slug);
  if (type !== null && slug.startsWith('legacy_')) throw refusal('This integration type is deprecated', 'deprecated_type');
  if (type === null || (!type.canCreate && slug !== DIRECT_PAGING))
    throw refusal('Invalid integration type', 'invalid_integration_type');
  return type.slug;
});

/** The fields of an integration. `syntaxError` says what is wrong with a template, null when nothing is. */
export const integrationFields = (syntaxError: (source: string) => string | null) => ({
  type: integrationType,
  name: text({ max: 150 }),
  description_short: nullable(text({ max: 250 })),
  team_id: teamField,
  templates: templatesField(syntaxError),
  default_route: object(),
  labels: labelsField(staticValueError),
  dynamic_labels: labelsField(dynamicValueError(syntaxError)),
  grouping_scope: groupingScope,
  acknowledge_hosts: acknowledgeHosts,
  allow_source_based_resolving: boolean(),
  heartbeat: heartbeatField,
  alert_group_labels: groupLabelsField(syntaxError),
});

export const IntegrationSchema: TSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  description_short: TextOrNull,
  team_id: TextOrNull,
  link: TextOrNull,
  inbound_email: TextOrNull,
  type: Type.String(),
  default_route: Type.Object({ id: Type.String(), escalation_chain_id: TextOrNull, ...messengerSchemas }),
  templates: TemplatesSchema,
  heartbeat: Type.Union([Type.Object({ link: Type.String(), interval_seconds: Type.Integer() }), Type.Null()]),
  maintenance_mode: TextOrNull,
  maintenance_started_at: TextOrNull,
  maintenance_end_at: TextOrNull,
  labels: LabelsSchema,
  dynamic_labels: LabelsSchema,
  allow_source_based_resolving: Type.Boolean({ description: 'Whether the resolve template may resolve alert groups.' }),
  alert_group_labels: Type.Object({
    inherit: Type.Record(Type.String(), Type.Boolean(), {
      description: 'By key of `labels`: whether alert groups get the label.',
    }),
    template: { ...TextOrNull, description: 'Renders a payload to a JSON object of further labels.' },
  }),
  previous_link: Type.Optional(
    Type.Object(
      {
        expires_at: Type.String({ format: 'date-time' }),
        last_used_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
      },
      { description: 'The link that was replaced, while it works.' },
    ),
  ),
  grouping_scope: Type.Optional(Type.String({ description: 'Only there when it is set.' })),
  acknowledge_hosts: Type.Optional(Type.Array(AcknowledgeHostSchema, { description: 'Only there when there are any.' })),
  problems: Type.Optional(
    Type.Array(Type.String(), { description: 'What is wrong with the integration; left out when nothing is.' }),
  ),
});
