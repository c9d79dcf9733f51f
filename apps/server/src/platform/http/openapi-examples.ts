type Json = Readonly<Record<string, unknown>>;

/** Examples by key, for strings whose schema has none of its own. Ids have the form of real ones. */
const BY_KEY: Readonly<Record<string, string>> = {
  id: 'IRMTQ6XSAAGGP',
  integration_id: 'CFRPV98RPR1U8',
  escalation_chain_id: 'F5JU6KJET33FE',
  route_id: 'RIYGUJXCPFHXY',
  alert_group_id: 'I68T24C13IFW1',
  team_id: 'TI3B74IZZ3MI5',
  team: 'TI3B74IZZ3MI5',
  team_to_notify: 'TI3B74IZZ3MI5',
  user_id: 'U4DNY931HHJS5',
  schedule: 'SBM7DV7BKFUYU',
  schedule_id: 'SBM7DV7BKFUYU',
  notify_on_call_from_schedule: 'SBM7DV7BKFUYU',
  action_to_trigger: 'WHP6HAKVLPN8F',
  webhook: 'WHP6HAKVLPN8F',
  group_to_notify: 'GPFAPH7J7BKJB',
  name: 'Payments',
  username: 'noor',
  email: 'noor@example.net',
  timezone: 'Europe/Berlin',
  time_zone: 'Europe/Berlin',
  url: 'https://example.net/hook',
  link: 'https://tocsin.example.net/integrations/v1/webhook/KldAMcvPVL5tDoTkTmS3iHe2G/',
  ical_url: 'https://calendar.example.net/on-call.ics',
  title: 'Disk of db-1 is full',
  text: 'Freed the disk of db-1.',
  description: 'What the payments team is on call for',
  next: 'https://tocsin.example.net/api/v1/integrations/?page=2',
  previous: 'https://tocsin.example.net/api/v1/integrations/',
  detail: 'Not found.',
  notify_if_time_from: '08:00:00Z',
  notify_if_time_to: '18:00:00Z',
  start: '2026-03-02T09:00:00',
  unverified_phone_number: '+4915112345678',
  verified_phone_number: '+4915112345678',
  stack_slug: 'payments',
  org_slug: 'payments',
};

/** Examples by the schema's format. */
const BY_FORMAT: Readonly<Record<string, string>> = {
  'date-time': '2026-03-02T09:00:00Z',
  date: '2026-03-02',
  email: 'noor@example.net',
  uri: 'https://example.net/hook',
};

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A value that a schema allows, to show what it looks like.
 * @param resolve the component of a name
 */
export function exampleOf(schema: unknown, resolve: (name: string) => unknown, key = ''): unknown {
  if (!isObject(schema)) return {};
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0];
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (typeof schema.$ref === 'string') return exampleOf(resolve(schema.$ref.slice('#/components/schemas/'.length)), resolve, key);
  const options = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(options)) return exampleOf(options[0], resolve, key);
  if (Array.isArray(schema.allOf)) return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, resolve, key)));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(isObject(schema.properties) ? schema.properties : {}).map(([name, item]) => [
          name,
          exampleOf(item, resolve, name),
        ]),
      );
    case 'array':
      return schema.items === undefined ? [] : [exampleOf(schema.items, resolve, key.replace(/s$/, ''))];
    case 'string':
      return exampleText(schema, key);
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? Math.max(schema.minimum, 0) : 0;
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return {};
  }
}

function exampleText(schema: Json, key: string): string {
  const known = BY_FORMAT[String(schema.format)] ?? BY_KEY[key];
  if (known !== undefined) return known;
  if (/(_at|_time|_start|_end|timestamp)$/.test(key)) return '2026-03-02T09:00:00Z';
  if (/_ids?$/.test(key)) return 'IRMTQ6XSAAGGP';
  return typeof schema.pattern === 'string' ? '' : 'text';
}
