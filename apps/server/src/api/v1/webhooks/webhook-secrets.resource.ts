import { Type } from 'typebox';
import type { Clock } from '../../../platform/clock.ts';
import type { SecretBox } from '../../../platform/secrets.ts';
import {
  changeWebhookSecret,
  createWebhookSecret,
  deleteWebhookSecret,
  findWebhookSecret,
  listWebhookSecrets,
  type WebhookSecret,
} from '../../../webhooks/index.ts';
import { fieldErrors } from '../conventions/api-error.ts';
import { custom, Invalid, text } from '../conventions/fields.ts';
import { pageOf } from '../conventions/pagination.ts';
import type { Resource } from '../conventions/resource.ts';
import { apiTime } from '../conventions/times.ts';
import { PLACEHOLDER } from './webhook-fields.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
/** What is shorter would be masked in the middle of words, and is no secret. */
const SHORTEST = 4;
const LONGEST = 4_000;

const fields = {
  name: custom<string>(Type.String({ pattern: NAME.source, examples: ['tracker_token'] }), (raw) => {
    const name = text().read(raw);
    if (!NAME.test(name)) throw new Invalid(['Use 1 to 63 letters, digits and underscores, beginning with no digit.']);
    return name;
  }),
  value: custom<string>(Type.String({ minLength: SHORTEST, maxLength: LONGEST }), (raw) => {
    const value = text({ max: LONGEST, keepSpace: true }).read(raw);
    if (value.length < SHORTEST) throw new Invalid([`Ensure this field has at least ${SHORTEST} characters.`]);
    return value;
  }),
};

const SecretSchema = Type.Object({
  id: Type.String(),
  name: Type.String({ description: 'As templates name it: `{{ secrets.<name> }}`.' }),
  value: Type.String({ description: 'Sixteen asterisks; sent back they keep what is stored.' }),
  created_at: Type.String(),
  updated_at: Type.String(),
});

const NAME_TAKEN = fieldErrors({ name: ['A secret with this name already exists.'] });

/** Values that templates of outgoing webhooks name and nobody reads back (access.md 12.1). */
export const webhookSecretsResource = ({
  clock,
  secrets,
}: {
  readonly clock: Clock;
  readonly secrets: SecretBox;
}): Resource<WebhookSecret, typeof fields, 'name' | 'value'> => ({
  path: 'webhook_secrets',
  name: 'webhook secret',
  read: 'outgoing-webhooks:read',
  write: 'outgoing-webhooks:write',
  pageSize: 50,
  item: SecretSchema,
  fields,
  required: { create: ['name', 'value'] },
  uniques: { webhook_secret_organization_id_name_key: NAME_TAKEN },
  list: async (db, caller, _query, window) => pageOf(await listWebhookSecrets(db, caller.org), window),
  get: (db, caller, id) => findWebhookSecret(db, caller.org, id),
  present: (_db, _caller, rows) =>
    rows.map(({ id, name, createdAt, updatedAt }) => ({
      id,
      name,
      value: PLACEHOLDER,
      created_at: apiTime(createdAt),
      updated_at: apiTime(updatedAt),
    })),
  create(tx, caller, { name, value }) {
    if (value === PLACEHOLDER) throw fieldErrors({ value: ['This field may not be a placeholder.'] });
    return createWebhookSecret(tx, secrets, caller.org, { name, value }, clock.now());
  },
  update(tx, caller, secret, body) {
    const value = body.value === PLACEHOLDER ? undefined : body.value;
    return changeWebhookSecret(tx, secrets, caller.org, secret, { name: body.name ?? secret.name, value }, clock.now());
  },
  remove: (tx, caller, { id }) => deleteWebhookSecret(tx, caller.org, id),
});
