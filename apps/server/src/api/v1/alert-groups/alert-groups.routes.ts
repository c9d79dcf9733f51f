import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import {
  type ActionDeps,
  type ActionResult,
  type Actor,
  acknowledge,
  createNote,
  deleteGroup,
  findListedGroup,
  listGroups,
  MAX_NOTE_LENGTH,
  resolve,
  silence,
  unacknowledge,
  unresolve,
  unsilence,
  wipe,
} from '../../../alerting/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { stringifyWithRaw } from '../../../platform/raw-json.ts';
import { actorOf } from '../conventions/actor.ts';
import { ApiError, fieldErrors, notFound, refusal } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { callerOf } from '../conventions/caller.ts';
import { isObject, readBody, text } from '../conventions/fields.ts';
import { envelope, listOf, pageParameters, readWindow } from '../conventions/pagination.ts';
import { type ApiDeps, errorResponses, inOneTransaction, sendJson } from '../conventions/resource.ts';
import { groupFilterParameters, readGroupFilter } from './group-filters.ts';
import { AlertGroupSchema, presentGroups } from './present-group.ts';

const PAGE_SIZE = 50;
const IdParams = Type.Object({ id: Type.String() });

export type GroupsDeps = ApiDeps & Pick<ActionDeps, 'clock' | 'hooks'>;

type Act = (deps: ActionDeps, org: string, id: string, actor: Actor, body: unknown) => Promise<ActionResult>;
type Reason = Extract<ActionResult, { ok: false }>['reason'];

/** Ends of `Can't <action> …`, which existing clients match on. The reasons that name a state depend on the action. */
const REFUSALS: Readonly<Record<Exclude<Reason, 'not_found' | 'resolution_note_required'>, string>> = {
  already_acknowledged: 'an acknowledged alert group',
  not_acknowledged: 'an unacknowledged alert group',
  already_resolved: 'a resolved alert group',
  not_resolved: 'an unresolved alert group',
  not_silenced: 'an unsilenced alert group',
  already_firing: 'a firing alert group',
  attached: 'an attached alert group',
  maintenance: 'a maintenance alert group',
  wiped: 'a wiped alert group',
};

function refuse(action: string, reason: Reason): ApiError {
  if (reason === 'not_found') return notFound();
  if (reason === 'resolution_note_required') return refusal("Can't resolve an alert group without a resolution note", reason);
  return refusal(`Can't ${action} ${REFUSALS[reason]}`);
}

/** Alert groups: list, read, the six state actions, delete (http-api-alerting.md 2.5). */
export function registerAlertGroups(app: FastifyInstance, deps: GroupsDeps): void {
  const { db, baseUrl } = deps;
  const tags = ['alert_groups'];
  const read = { permission: 'alert-groups:read' as const };
  const write = { permission: 'alert-groups:write' as const };

  app.get(
    '/alert_groups',
    {
      config: read,
      schema: {
        operationId: 'listAlertGroups',
        summary: 'Lists alert groups, newest first',
        tags,
        querystring: Type.Object({ ...pageParameters, ...groupFilterParameters }),
        response: { 200: listOf(AlertGroupSchema), ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const query = request.query as Record<string, unknown>;
      const page = await listGroups(db, caller.org, await readGroupFilter(db, caller, query), readWindow(query, PAGE_SIZE));
      const items = await presentGroups(db, caller.org, page.rows, baseUrl);
      return sendJson(reply, 200, stringifyWithRaw(envelope(page, items, baseUrl, request.url)));
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
      const { org } = callerOf(request);
      const group = await findListedGroup(db, org, idOf(request));
      if (group === null) throw notFound();
      return sendJson(reply, 200, stringifyWithRaw((await presentGroups(db, org, [group], baseUrl))[0]));
    },
  );

  const action = (name: string, summary: string, act: Act, body?: TSchema): void => {
    app.post(
      `/alert_groups/:id/${name}`,
      {
        config: { ...write, usersOnly: { mayAct: true, detail: `Service accounts are not allowed to ${name} alert groups` } },
        schema: {
          operationId: `${name}AlertGroup`,
          summary,
          tags,
          params: IdParams,
          ...(body === undefined ? {} : { body }),
          response: { 200: Type.Null({ description: 'Nothing.' }), ...errorResponses },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        const result = await act(deps, caller.org, idOf(request), actorOf(caller), request.body);
        if (!result.ok) throw refuse(name, result.reason);
        return emptyAnswer(reply, 200);
      },
    );
  };
  action('acknowledge', 'Stops the escalation until the group is unacknowledged or resolved', withoutBody(acknowledge));
  action('unacknowledge', 'Makes the group fire again; its escalation begins anew', withoutBody(unacknowledge));
  action(
    'resolve',
    'Closes the group',
    resolveWithNote,
    Type.Object({ resolution_note: Type.Optional(Type.String({ maxLength: MAX_NOTE_LENGTH })) }),
  );
  action('unresolve', 'Opens the group again; its escalation begins anew', withoutBody(unresolve));
  action(
    'silence',
    'Keeps the group quiet',
    (act, org, id, actor, body) => silence(act, org, id, readDelay(body), actor),
    Type.Object({ delay: Type.Integer({ minimum: -1, description: 'Seconds; -1: until it is unsilenced.' }) }),
  );
  action('unsilence', 'Makes the group fire again; its escalation begins anew', withoutBody(unsilence));

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
        const ok =
          mode === 'delete' ? await deleteGroup(inTx, caller.org, id, actor) : (await wipe(inTx, caller.org, id, actor)).ok;
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

/** An action that the body says nothing about. */
const withoutBody =
  (act: (deps: ActionDeps, org: string, id: string, actor: Actor) => Promise<ActionResult>): Act =>
  (deps, org, id, actor) =>
    act(deps, org, id, actor);

const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

/** Nothing, and no media type, as existing clients get it. */
const emptyAnswer = (reply: FastifyReply, status: number): FastifyReply => reply.code(status).removeHeader('content-type').send();

/** `resolve` with the optional text of a note, which is stored first; both or neither. */
async function resolveWithNote(deps: ActionDeps, org: string, id: string, actor: Actor, body: unknown): Promise<ActionResult> {
  if (!isObject(body) || body.resolution_note === undefined || body.resolution_note === null)
    return resolve(deps, org, id, actor);
  const { resolution_note: note } = readBody({ resolution_note: text({ max: MAX_NOTE_LENGTH }) }, body, ['resolution_note']);
  return inOneTransaction(deps.db as Parameters<typeof inOneTransaction>[0], {}, async (tx: Tx) => {
    const inTx = { ...deps, db: tx };
    const authorId = actor.type === 'user' ? actor.userId : null;
    const added = await createNote(inTx, org, id, { text: note, authorId, source: 'Web', origin: 'api' });
    if (!added.ok)
      throw added.reason === 'group_not_found' ? notFound() : fieldErrors({ resolution_note: ['This field may not be blank.'] });
    const result = await resolve(inTx, org, id, actor);
    if (!result.ok) throw refuse('resolve', result.reason); // undoes the note
    return result;
  });
}

/** Seconds to be silent; null: until somebody unsilences it, which -1 and 0 stand for. */
function readDelay(body: unknown): number | null {
  const raw = isObject(body) ? body.delay : undefined;
  if (raw === undefined || raw === null) throw refusal('delay is required');
  const number =
    typeof raw === 'number' ? Math.trunc(raw) : typeof raw === 'string' && /^\s*-?\d+\s*$/.test(raw) ? Number(raw) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < -1 || number > 100 * 365 * 86_400) throw refusal('invalid delay value');
  return number <= 0 ? null : number;
}

function readMode(body: unknown): 'wipe' | 'delete' {
  if (body === undefined || body === null) return 'wipe';
  if (!isObject(body)) throw new ApiError(400, 'A dict with a `mode` key is expected');
  const mode = body.mode ?? 'wipe';
  if (mode !== 'wipe' && mode !== 'delete') throw new ApiError(400, 'Invalid mode');
  return mode;
}
