import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { viewerOf } from '../../../access/index.ts';
import {
  type AlertGroupId,
  actOnGroups,
  attach,
  type BulkAction,
  type BulkOptions,
  findGroupIds,
  findListedGroup,
  inActionTransaction,
  MAX_NOTE_LENGTH,
  unattach,
} from '../../../alerting/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { actorOf } from '../conventions/actor.ts';
import { type ApiError, conflictOfFields, fieldErrors, forbidden } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { type Caller, callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { custom, idList, invalidChoice, isObject, object, readBody, text } from '../conventions/fields.ts';
import { errorResponses } from '../conventions/resource.ts';
import { checkVisible } from '../conventions/visibility.ts';
import type { GroupsDeps } from './alert-groups.routes.ts';
import { readDelay, refuse, refuseJoin } from './group-actions.routes.ts';
import { groupFilterParameters, readGroupFilter } from './group-filters.ts';

/** Groups that one request acts on. */
const MOST_GROUPS = 1_000;

/** What is done to many groups at once. */
export const BULK_ACTIONS = [
  'acknowledge',
  'unacknowledge',
  'resolve',
  'unresolve',
  'silence',
  'unsilence',
  'restart',
  'attach',
  'unattach',
] as const;
type Action = (typeof BULK_ACTIONS)[number];

/** Refusals that say that there was nothing to do. */
const UNCHANGED: Partial<Record<Action, readonly string[]>> = {
  acknowledge: ['already_acknowledged'],
  unacknowledge: ['not_acknowledged'],
  resolve: ['already_resolved'],
  unresolve: ['not_resolved'],
  unsilence: ['not_silenced'],
  restart: ['already_firing'],
  attach: ['already_attached'],
  unattach: ['not_attached'],
};

const fields = {
  action: custom<Action>(Type.Union(BULK_ACTIONS.map((action) => Type.Literal(action))), (raw) => {
    const action = BULK_ACTIONS.find((each) => each === raw);
    if (action === undefined) throw invalidChoice(raw);
    return action;
  }),
  ids: idList(),
  filter: object(),
  delay: custom<unknown>(
    Type.Integer({ minimum: -1, description: 'Seconds, for `silence`; -1: until it is unsilenced.' }),
    (raw) => raw,
  ),
  root_alert_group_id: text(),
  resolution_note: text({ max: MAX_NOTE_LENGTH }),
};

const RowSchema = Type.Object({
  id: Type.String(),
  ok: Type.Boolean({ description: 'Whether it was done.' }),
  result: Type.Union([Type.Literal('done'), Type.Literal('unchanged'), Type.Literal('refused')]),
  reason: Type.Union([Type.String(), Type.Null()], { description: 'A stable word, where it was not done.' }),
  detail: Type.Union([Type.String(), Type.Null()], { description: 'What the single action would have answered.' }),
});
const AnswerSchema = named(
  'BulkAnswer',
  Type.Object({
    results: Type.Array(RowSchema),
    more: Type.Boolean({
      description: `The filter finds more than the ${MOST_GROUPS} groups that were acted on: send it again.`,
    }),
  }),
);

type Row = {
  id: AlertGroupId;
  ok: boolean;
  result: 'done' | 'unchanged' | 'refused';
  reason: string | null;
  detail: string | null;
};
type Result = { ok: true } | { ok: false; reason: string; error: ApiError };

/** One action on many alert groups, each as by its single action, with an answer for each (escalation.md 1.10, web-ui.md 5.3). */
export function registerBulk(app: FastifyInstance, deps: GroupsDeps): void {
  app.post(
    '/alert_groups/bulk',
    {
      config: { permission: 'alert-groups:write', usersOnly: { mayAct: true } },
      schema: {
        operationId: 'bulkAlertGroups',
        summary: 'Does one thing to many alert groups, and tells what became of each',
        tags: ['alert_groups'],
        body: Type.Object({
          action: fields.action.schema,
          ids: Type.Optional(Type.Array(Type.String(), { maxItems: MOST_GROUPS })),
          filter: Type.Optional(
            Type.Partial(Type.Object(groupFilterParameters), {
              description: `In place of \`ids\`: the filters of the list; repeated ones as arrays. The newest ${MOST_GROUPS} groups.`,
            }),
          ),
          delay: Type.Optional(fields.delay.schema),
          root_alert_group_id: Type.Optional(Type.String({ description: 'What to attach to, for `attach`.' })),
          resolution_note: Type.Optional(
            Type.String({ maxLength: MAX_NOTE_LENGTH, description: 'For `resolve`: added to each group.' }),
          ),
        }),
        response: { 200: AnswerSchema, ...errorResponses },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const body = readBody(fields, request.body, ['action']);
      const { ids, more } = await chosen(deps, caller, body);
      const hidden = await hiddenOf(deps, caller, ids);
      const seen = ids.filter((id) => !hidden.has(id));
      const results = new Map(
        body.action === 'attach' || body.action === 'unattach'
          ? await join(deps, request, seen, body.action, body.root_alert_group_id)
          : await act(deps, request, seen, stateAction(body.action, request.body), body.resolution_note),
      );
      return { results: ids.map((id) => rowOf(id, body.action, results.get(id) ?? WRONG_TEAM)), more };
    },
  );
}

const WRONG_TEAM: Result = { ok: false, reason: 'wrong_team', error: forbidden() };

/** Which of these groups exist, but not for the caller. */
async function hiddenOf({ db }: GroupsDeps, caller: Caller, ids: readonly AlertGroupId[]): Promise<ReadonlySet<AlertGroupId>> {
  const viewer = viewerOf(caller);
  if (viewer === undefined) return new Set();
  const seen = new Set(await findGroupIds(db, caller.org, { ids, visibleTo: viewer }, ids.length));
  return new Set((await findGroupIds(db, caller.org, { ids }, ids.length)).filter((id) => !seen.has(id)));
}

async function chosen(
  { db }: GroupsDeps,
  caller: Caller,
  { ids, filter }: { ids?: readonly string[]; filter?: Readonly<Record<string, unknown>> },
): Promise<{ ids: readonly AlertGroupId[]; more: boolean }> {
  if ((ids === undefined) === (filter === undefined)) throw conflictOfFields('Give either ids or filter.');
  if (ids !== undefined) {
    if (ids.length > MOST_GROUPS) throw fieldErrors({ ids: [`Ensure this field has no more than ${MOST_GROUPS} elements.`] });
    return { ids: [...new Set(ids)], more: false };
  }
  const query = Object.fromEntries(Object.entries(filter ?? {}).map(([name, value]) => [name, asParameter(value)]));
  const found = await findGroupIds(db, caller.org, await readGroupFilter(db, caller, query), MOST_GROUPS + 1);
  return { ids: found.slice(0, MOST_GROUPS), more: found.length > MOST_GROUPS };
}

/** As it would stand in a query: texts, or a list of texts. */
const asParameter = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.filter((item) => !isObject(item) && !Array.isArray(item)).map(String);
  return value === null || value === undefined || isObject(value) ? undefined : String(value);
};

function stateAction(action: Exclude<Action, 'attach' | 'unattach'>, body: unknown): BulkAction {
  return action === 'silence' ? { do: action, seconds: readDelay(body) } : { do: action };
}

/** What was done to many at once, in the audit log: how many and which. */
const noteInAudit = (tx: Tx, request: FastifyRequest, action: string, ids: readonly AlertGroupId[], clock: Clock) =>
  audit(tx, request, { type: 'alert_group', name: `bulk_${action}`, note: `${ids.length}: ${ids.join(' ')}` }, clock);

async function act(
  deps: GroupsDeps,
  request: FastifyRequest,
  ids: readonly AlertGroupId[],
  action: BulkAction,
  note: string | undefined,
): Promise<[AlertGroupId, Result][]> {
  const caller = callerOf(request);
  const options: BulkOptions = {
    ...(note === undefined
      ? {}
      : { note: { text: note, authorId: caller.userId, source: 'Web' as const, origin: 'api' as const } }),
    inTransaction: (tx, changed) => noteInAudit(tx, request, action.do, changed, deps.clock),
  };
  const results = await actOnGroups(deps, caller.org, ids, action, actorOf(caller), options);
  return results.map(({ id, result }) => [
    id,
    result.ok ? { ok: true } : { ok: false, reason: result.reason, error: refuse(action.do, result.reason) },
  ]);
}

async function join(
  deps: GroupsDeps,
  request: FastifyRequest,
  ids: readonly AlertGroupId[],
  action: 'attach' | 'unattach',
  rootId: string | undefined,
): Promise<[AlertGroupId, Result][]> {
  const caller = callerOf(request);
  if (action === 'attach') {
    if (rootId === undefined) throw fieldErrors({ root_alert_group_id: ['This field is required.'] });
    await checkVisible(deps.db, caller, 'alert_groups', rootId);
  }
  const results: [AlertGroupId, Result][] = [];
  for (const id of ids) {
    const actor = actorOf(caller);
    const result = await inActionTransaction(deps.db, async (tx) => {
      const inTx = { ...deps, db: tx };
      const done =
        action === 'attach'
          ? await attach(inTx, caller.org, id, rootId ?? '', actor)
          : await unattach(inTx, caller.org, id, actor);
      if (done.ok) await noteInAudit(tx, request, action, [id], deps.clock);
      return done;
    });
    const isThere =
      !result.ok && result.reason === 'already_attached' && (await findListedGroup(deps.db, caller.org, id))?.rootId === rootId;
    const reason = result.ok ? null : result.reason === 'already_attached' && !isThere ? 'attached_elsewhere' : result.reason;
    results.push([id, result.ok ? { ok: true } : { ok: false, reason: reason ?? '', error: refuseJoin(action, result.reason) }]);
  }
  return results;
}

function rowOf(id: AlertGroupId, action: Action, result: Result): Row {
  if (result.ok) return { id, ok: true, result: 'done', reason: null, detail: null };
  const { reason, error } = result;
  const detail = isObject(error.body) && typeof error.body.detail === 'string' ? error.body.detail : null;
  return { id, ok: false, result: UNCHANGED[action]?.includes(reason) === true ? 'unchanged' : 'refused', reason, detail };
}
