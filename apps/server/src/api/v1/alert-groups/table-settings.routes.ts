import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { readOrganizationSettings } from '../../../access/index.ts';
import { ownColumns, resetOwnColumns, setOwnColumns } from '../../../alerting/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { type Caller, callerOf, personOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { checkUnchanged, sendOne } from '../conventions/etag.ts';
import { readBody } from '../conventions/fields.ts';
import { type ApiDeps, errorResponses, inOneTransaction } from '../conventions/resource.ts';
import { columnsField } from '../conventions/table-columns.ts';

const SettingsSchema = named(
  'AlertGroupTableSettings',
  Type.Object({
    columns: columnsField.schema,
    default: Type.Boolean({ description: 'Whether these are the organization’s, because the caller chose none.' }),
  }),
);
const fields = { columns: columnsField };

/** The columns of the table of alert groups, as the caller chose them (access.md 6.1). */
export function registerTableSettings(app: FastifyInstance, { db }: ApiDeps): void {
  const url = '/alert_groups/table_settings';
  const tags = ['alert_groups'];
  const config = { permission: 'alert-groups:read' as const, usersOnly: true as const };
  const shown = async (at: Db | Tx, caller: Caller): Promise<string> => {
    const own = await ownColumns(at, caller.org, personOf(caller));
    const columns = own ?? (await readOrganizationSettings(at, caller.org)).tableColumns;
    return JSON.stringify({ columns, default: own === null });
  };
  app.get(
    url,
    {
      config,
      schema: {
        operationId: 'getAlertGroupTableSettings',
        summary: 'Reads which columns the caller sees in the table of alert groups',
        tags,
        response: { 200: SettingsSchema, ...errorResponses },
      },
    },
    async (request, reply) => sendOne(reply, 200, await shown(db, callerOf(request))),
  );
  app.put(
    url,
    {
      config,
      schema: {
        operationId: 'updateAlertGroupTableSettings',
        summary: 'Sets which columns the caller sees in the table of alert groups; others keep theirs',
        tags,
        body: Type.Object({ columns: columnsField.schema }),
        response: { 200: SettingsSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { columns } = readBody(fields, request.body, ['columns']);
      const after = await inOneTransaction(db, {}, async (tx) => {
        await checkUnchanged(tx, request, 'table_settings', personOf(caller), () => shown(tx, caller));
        await setOwnColumns(tx, caller.org, personOf(caller), columns);
        return shown(tx, caller);
      });
      return sendOne(reply, 200, after);
    },
  );
  app.delete(
    url,
    {
      config,
      schema: {
        operationId: 'resetAlertGroupTableSettings',
        summary: 'Gives the caller the organization’s columns back',
        tags,
        response: { 204: Type.Null({ description: 'Nothing.' }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      await inOneTransaction(db, {}, async (tx) => {
        await checkUnchanged(tx, request, 'table_settings', personOf(caller), () => shown(tx, caller));
        await resetOwnColumns(tx, caller.org, personOf(caller));
      });
      return reply.code(204).send();
    },
  );
}
