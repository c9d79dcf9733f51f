import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { listOrganizations } from '../../../access/index.ts';
import {
  findLiveSetting,
  LIVE_SETTINGS,
  type LiveSetting,
  type LiveSettings,
  readLiveSettings,
  readLiveValue,
  resetLiveSetting,
  type StoredValue,
  saveLiveSetting,
} from '../../../live-settings/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import type { SecretBox } from '../../../platform/secrets.ts';
import { fieldErrors, notFound } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { checkUnchanged, sendOne } from '../conventions/etag.ts';
import { bodyObject } from '../conventions/fields.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';

const LONGEST = 2_000;
/** Of a secret this much is shown, where that leaves enough to guess. */
const SHOWN_END = 4;
const SHORTEST_SHOWN = 8;

const Value = Type.Union([Type.String({ maxLength: LONGEST }), Type.Integer(), Type.Boolean(), Type.Null()]);
const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const SettingSchema = named(
  'LiveSetting',
  Type.Object({
    id: Type.String({ description: 'The name.' }),
    name: Type.String(),
    description: Type.String(),
    default_value: Type.Unsafe<unknown>({
      ...Value,
      description: 'Of the environment, or else the one that comes with the program.',
    }),
    value: Type.Unsafe<unknown>({
      ...Value,
      description: 'What holds. Of secrets stars and the end; sent back it changes nothing.',
    }),
    is_stored: Type.Boolean({ description: 'Whether it was set here, and so counts in place of the environment.' }),
    error: TextOrNull,
    is_secret: Type.Boolean(),
  }),
);
const IdParams = Type.Object({ id: Type.String() });

const masked = (value: unknown): unknown => {
  if (typeof value !== 'string' || value === '') return value ?? null;
  return value.length < SHORTEST_SHOWN ? '*'.repeat(value.length) : `******${value.slice(-SHOWN_END)}`;
};

export interface LiveSettingsApiDeps extends ApiDeps {
  readonly secrets: SecretBox;
  /** Null: switched off by FEATURE_LIVE_SETTINGS_ENABLED. */
  readonly liveSettings: Pick<LiveSettings, 'environment' | 'refresh'> | null;
}

/** Settings of the installation that are changed while it runs (access.md 15). They are the business of its first organization alone. */
export function registerLiveSettings(app: FastifyInstance, { db, clock, secrets, liveSettings }: LiveSettingsApiDeps): void {
  const tags = ['live_settings'];
  const check = async (request: FastifyRequest) => {
    const [first] = await listOrganizations(db);
    if (liveSettings === null || first?.id !== callerOf(request).org) throw notFound();
    return liveSettings;
  };
  const settingOf = (request: FastifyRequest): LiveSetting => {
    const setting = findLiveSetting((request.params as { id: string }).id);
    if (setting === null) throw notFound();
    return setting;
  };
  const present = (setting: LiveSetting, stored: StoredValue | undefined) => {
    const given = liveSettings?.environment[setting.name];
    const byDefault = given == null ? setting.defaultValue : readLiveValue(setting, given);
    const value = stored !== undefined && 'value' in stored ? stored.value : byDefault;
    const shown = setting.isSecret ? masked : (plain: unknown) => plain ?? null;
    return {
      id: setting.name,
      name: setting.name,
      description: setting.description,
      default_value: shown(byDefault),
      value: shown(value),
      is_stored: stored !== undefined,
      error: stored === undefined ? null : 'value' in stored ? setting.problem(stored.value) : 'It cannot be decrypted.',
      is_secret: setting.isSecret,
    };
  };
  const shownOf = async (at: Db | Tx, setting: LiveSetting): Promise<string> =>
    JSON.stringify(present(setting, (await readLiveSettings(at, secrets)).get(setting.name)));
  const note = (tx: Tx, request: FastifyRequest, { name }: LiveSetting, what: 'live_setting_updated' | 'live_setting_reset') =>
    audit(tx, request, { type: 'settings', name: what, resource: { type: 'live_setting', id: name, name } }, clock);

  app.get(
    '/live_settings',
    {
      config: { permission: 'other-settings:read' },
      schema: {
        operationId: 'listLiveSettings',
        summary: 'Lists the settings that are changed while the server runs',
        tags,
        response: { 200: Type.Array(SettingSchema), ...errorResponses },
      },
    },
    async (request, reply) => {
      await check(request);
      const stored = await readLiveSettings(db, secrets);
      return sendJson(reply, 200, JSON.stringify(LIVE_SETTINGS.map((setting) => present(setting, stored.get(setting.name)))));
    },
  );
  app.get(
    '/live_settings/:id',
    {
      config: { permission: 'other-settings:read' },
      schema: {
        operationId: 'getLiveSetting',
        summary: 'Reads one live setting',
        tags,
        params: IdParams,
        response: { 200: SettingSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      await check(request);
      return sendOne(reply, 200, await shownOf(db, settingOf(request)));
    },
  );
  for (const method of ['PUT', 'PATCH'] as const) {
    app.route({
      method,
      url: '/live_settings/:id',
      config: { permission: 'other-settings:write', needsProof: true },
      schema: {
        operationId: `${method === 'PUT' ? 'update' : 'patch'}LiveSetting`,
        summary: 'Sets a live setting; a value that is wrong is kept with its error and does not count',
        tags,
        params: IdParams,
        body: Type.Object({ value: Value }),
        response: { 200: SettingSchema, ...errorResponses },
      },
      handler: async (request, reply) => {
        const live = await check(request);
        const setting = settingOf(request);
        const value = readValue(setting, bodyObject(request.body));
        const text = await inOneTransaction(db, {}, async (tx) => {
          await checkUnchanged(tx, request, 'live_settings', setting.name, () => shownOf(tx, setting));
          const before = present(setting, (await readLiveSettings(tx, secrets)).get(setting.name));
          const isSentBack = setting.isSecret && value !== null && value === before.value;
          if (!isSentBack) {
            await saveLiveSetting(tx, callerOf(request).org, setting, value, secrets, clock.now());
            await note(tx, request, setting, 'live_setting_updated');
          }
          return shownOf(tx, setting);
        });
        await live.refresh();
        return sendOne(reply, 200, text);
      },
    });
  }
  app.delete(
    '/live_settings/:id',
    {
      config: { permission: 'other-settings:write', needsProof: true },
      schema: {
        operationId: 'resetLiveSetting',
        summary: 'Makes the environment or the default count again',
        tags,
        params: IdParams,
        response: { 204: Type.Null({ description: 'Nothing.' }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const live = await check(request);
      const setting = settingOf(request);
      await inOneTransaction(db, {}, async (tx) => {
        await checkUnchanged(tx, request, 'live_settings', setting.name, () => shownOf(tx, setting));
        await resetLiveSetting(tx, callerOf(request).org, setting.name);
        await note(tx, request, setting, 'live_setting_reset');
      });
      await live.refresh();
      return reply.code(204).send();
    },
  );
}

function readValue(setting: LiveSetting, body: Readonly<Record<string, unknown>>): unknown {
  const given = body.value;
  if (given === undefined) throw fieldErrors({ value: ['This field is required.'] });
  if (given !== null && typeof given === 'object') throw fieldErrors({ value: ['Expected a text, a number or a boolean.'] });
  const value = readLiveValue(setting, given);
  if (typeof value === 'string' && (value.length > LONGEST || value.includes('\0')))
    throw fieldErrors({ value: [`Ensure this field has no more than ${LONGEST} characters.`] });
  return value;
}
