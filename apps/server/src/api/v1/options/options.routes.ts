import type { FastifyInstance } from 'fastify';
import { type TSchema, Type } from 'typebox';
import type { Requirement } from '../../../access/index.ts';
import { STEP_TYPES } from '../../../escalation/index.ts';
import { RULE_TYPES } from '../../../notifications/index.ts';
import { FREQUENCIES } from '../../../schedules/index.ts';
import { BULK_ACTIONS } from '../alert-groups/bulk.routes.ts';
import { named } from '../conventions/describe.ts';
import { errorResponses, sendJson } from '../conventions/resource.ts';

const Option = named('Option', Type.Object({ value: Type.Union([Type.String(), Type.Integer()]), display_name: Type.String() }));
const Filter = named(
  'ListFilter',
  Type.Object({ name: Type.String({ description: 'The parameter of the list.' }), description: Type.String() }),
);

const HOUR = 3_600;
const inWords = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1).replaceAll('_', ' ')}`;
const wordOptions = (words: readonly string[]) => words.map((value) => ({ value, display_name: inWords(value) }));
const option = (value: number, display_name: string) => ({ value, display_name });

type Choice = readonly [path: string, read: Requirement, operationId: string, summary: string, options: readonly object[]];

const RULES: Requirement = { anyOf: ['user-settings:read', 'notification-settings:read'] };
const CHOICES: readonly Choice[] = [
  [
    'alert_groups/silence_options',
    'alert-groups:read',
    'listSilenceOptions',
    'For how long alert groups are usually silenced, in seconds; any other number will do',
    [
      option(HOUR / 2, '30 minutes'),
      option(HOUR, '1 hour'),
      option(2 * HOUR, '2 hours'),
      option(6 * HOUR, '6 hours'),
      option(12 * HOUR, '12 hours'),
      option(24 * HOUR, '24 hours'),
      option(-1, 'Until it is unsilenced'),
    ],
  ],
  [
    'alert_groups/bulk_action_options',
    'alert-groups:read',
    'listBulkActions',
    'What can be done to many alert groups at once',
    wordOptions(BULK_ACTIONS),
  ],
  [
    'escalation_policies/options',
    'escalation-chains:read',
    'listEscalationPolicyTypes',
    'Types of escalation steps',
    wordOptions(STEP_TYPES),
  ],
  ['on_call_shifts/options', 'schedules:read', 'listShiftFrequencies', 'How shifts repeat', wordOptions(FREQUENCIES)],
  [
    'personal_notification_rules/delay_options',
    RULES,
    'listNotificationDelays',
    'How long notification rules usually wait, in seconds; any number from 60 to 86400 will do',
    [
      option(60, '1 minute'),
      option(300, '5 minutes'),
      option(900, '15 minutes'),
      option(1_800, '30 minutes'),
      option(HOUR, '1 hour'),
    ],
  ],
  [
    'personal_notification_rules/notify_by_options',
    RULES,
    'listNotificationTypes',
    'What notification rules notify by',
    wordOptions(RULE_TYPES.filter((type) => type !== 'wait')),
  ],
];

/** A list and what narrows it; resources are such. */
export interface FilteredList {
  readonly path: string;
  readonly read: Requirement;
  readonly filters?: Readonly<Record<string, TSchema>>;
}

const filtersOf = (parameters: Readonly<Record<string, TSchema>>) =>
  Object.entries(parameters).map(([name, schema]) => ({
    name,
    description: 'description' in schema && typeof schema.description === 'string' ? schema.description : '',
  }));

/** What forms choose from, and what lists are narrowed by (access.md 6.1). */
export function registerOptions(app: FastifyInstance, lists: readonly FilteredList[]): void {
  for (const [path, permission, operationId, summary, options] of CHOICES) {
    app.get(
      `/${path}`,
      {
        config: { permission, ...(permission === RULES ? { usersOnly: true as const } : {}) },
        schema: {
          operationId,
          summary,
          tags: [path.split('/')[0] ?? ''],
          response: { 200: Type.Array(Option), ...errorResponses },
        },
      },
      async (_request, reply) => sendJson(reply, 200, JSON.stringify(options)),
    );
  }
  for (const { path, read, filters = {} } of lists) {
    const title = inWords(path).replaceAll(/ (\w)/g, (_all, letter: string) => letter.toUpperCase());
    app.get(
      `/${path}/filters`,
      {
        config: { permission: read },
        schema: {
          operationId: `list${title}Filters`,
          summary: `What the list of ${path.replaceAll('_', ' ')} can be narrowed by`,
          tags: [path],
          response: { 200: Type.Array(Filter), ...errorResponses },
        },
      },
      async (_request, reply) => sendJson(reply, 200, JSON.stringify(filtersOf(filters))),
    );
  }
}
