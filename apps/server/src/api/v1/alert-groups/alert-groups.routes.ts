import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  type ActionDeps,
  countFound,
  deleteGroup,
  facetsOf,
  findListedGroup,
  isQuickList,
  listGroups,
  MOST_COUNTED,
  MOST_SURVEYED,
  wipe,
} from '../../../alerting/index.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { stringifyWithRaw } from '../../../platform/raw-json.ts';
import { actorOf } from '../conventions/actor.ts';
import { ApiError, notFound, refusal } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { checkUnchanged, sendOne } from '../conventions/etag.ts';
import { isObject } from '../conventions/fields.ts';
import { envelope, listOf, pageParameters, readWindow, single } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { groupFilterParameters, readFlag, readGroupFilter } from './group-filters.ts';
import { AlertGroupSchema, presentGroups } from './present-group.ts';

const PAGE_SIZE = 50;
const count = Type.Integer({ minimum: 0, maximum: MOST_COUNTED + 1 });
const StatsSchema = named(
  'AlertGroupStats',
  Type.Object({ firing: count, acknowledged: count, silenced: count, resolved: count }),
);
const values = Type.Array(Type.Object({ value: Type.Union([Type.String(), Type.Null()]), count: Type.Integer() }));
const FacetsSchema = named(
  'AlertGroupFacets',
  Type.Object({
    integrations: values,
    teams: Type.Unsafe<unknown>({ ...values, description: '`null`: integrations without a team.' }),
    labels: Type.Array(Type.Object({ key: Type.String(), count: Type.Integer(), values })),
  }),
);
const IdParams = Type.Object({ id: Type.String() });

export type GroupsDeps = ApiDeps & Pick<ActionDeps, 'clock' | 'hooks'>;

/** Alert groups: list, counts, read, delete (http-api-alerting.md 2.5). */
export function registerAlertGroups(app: FastifyInstance, deps: GroupsDeps): void {
  const { db, reads, baseUrl } = deps;
  const tags = ['alert_groups'];
  const read = { permission: 'alert-groups:read' as const };
  const write = { permission: 'alert-groups:write' as const };

  const shownGroup = async (at: Db | Tx, org: string, id: string): Promise<string> => {
    const group = await findListedGroup(at, org, id);
    if (group === null) throw notFound();
    return stringifyWithRaw((await presentGroups(at, org, [group], baseUrl))[0]);
  };

  app.get(
    '/alert_groups',
    {
      config: read,
      schema: {
        operationId: 'listAlertGroups',
        summary: 'Lists alert groups, newest first',
        tags,
        querystring: Type.Object({
          ...pageParameters,
          ...groupFilterParameters,
          last_alert: Type.Optional(
            Type.String({
              description: '`false`: `last_alert` is null, which saves reading payloads that a list does not show.',
            }),
          ),
        }),
        response: { 200: listOf(AlertGroupSchema), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const query = request.query as Record<string, unknown>;
      const filter = await readGroupFilter(db, caller, query);
      const window = readWindow(query, PAGE_SIZE);
      const page = await listGroups(isQuickList(filter, window) ? reads : db, caller.org, filter, window);
      const withLastAlert = readFlag('last_alert', single(query.last_alert)) !== false;
      const items = await presentGroups(reads, caller.org, page.rows, baseUrl, { withLastAlert });
      return sendJson(reply, 200, stringifyWithRaw(envelope(page, items, baseUrl, request.url)));
    },
  );
  app.get(
    '/alert_groups/stats',
    {
      config: read,
      schema: {
        operationId: 'countAlertGroups',
        summary: 'Counts alert groups by state, with the filters of the list',
        description: `The filter \`state\` does not count. Up to ${MOST_COUNTED} of a state are counted; ${MOST_COUNTED + 1} stands for any larger number.`,
        tags,
        querystring: Type.Object(groupFilterParameters),
        response: { 200: StatsSchema, ...errorResponses },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      return countFound(db, caller.org, await readGroupFilter(db, caller, request.query as Record<string, unknown>));
    },
  );
  app.get(
    '/alert_groups/facets',
    {
      config: read,
      schema: {
        operationId: 'surveyAlertGroups',
        summary: 'Tells how alert groups spread over integrations, teams and labels, with the filters of the list',
        description: `The most frequent values, each with its number of groups among the newest ${MOST_SURVEYED} that the filters find. The filter
of integrations does not count for integrations, that of teams not for teams, and that of a label not for its own key.`,
        tags,
        querystring: Type.Object(groupFilterParameters),
        response: { 200: FacetsSchema, ...errorResponses },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      return facetsOf(db, caller.org, await readGroupFilter(db, caller, request.query as Record<string, unknown>));
    },
  );
  app.get(
    '/alert_groups/:id',
    {
      config: read,
      schema: {
        operationId: 'getAlertGroup',
        summary: 'Reads one alert group',
        tags,
        params: IdParams,
        response: { 200: AlertGroupSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      return sendOne(reply, 200, await shownGroup(reads, callerOf(request).org, idOf(request)));
    },
  );

  app.delete(
    '/alert_groups/:id',
    {
      config: write,
      schema: {
        operationId: 'deleteAlertGroup',
        summary: 'Wipes what the group holds of its source, or deletes it with all that belongs to it',
        tags,
        params: IdParams,
        body: Type.Object({ mode: Type.Optional(Type.Union([Type.Literal('wipe'), Type.Literal('delete')])) }),
        response: { 204: Type.Null({ description: 'Nothing.' }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const actor = actorOf(caller);
      const mode = readMode(request.body);
      const id = idOf(request);
      const done = await inOneTransaction(db, {}, async (tx) => {
        const inTx = { ...deps, db: tx };
        await checkUnchanged(tx, request, 'alert_groups', id, () => shownGroup(tx, caller.org, id));
        const result =
          mode === 'delete' ? await deleteGroup(inTx, caller.org, id, actor) : await wipe(inTx, caller.org, id, actor);
        if (result === 'held') throw refusal(`Can't ${mode} an alert group under legal hold`, 'legal_hold');
        const ok = result === 'done';
        const name = mode === 'delete' ? 'deleted' : 'wiped';
        if (ok)
          await audit(tx, request, { type: 'alert_group', name, resource: { type: 'alert_group', id, name: '' } }, deps.clock);
        return ok;
      });
      if (!done) throw notFound();
      return reply.code(204).send();
    },
  );
}

const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

function readMode(body: unknown): 'wipe' | 'delete' {
  if (body === undefined || body === null) return 'wipe';
  if (!isObject(body)) throw new ApiError(400, 'A dict with a `mode` key is expected');
  const mode = body.mode ?? 'wipe';
  if (mode !== 'wipe' && mode !== 'delete') throw new ApiError(400, 'Invalid mode');
  return mode;
}
