import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { can } from '../../../access/index.ts';
import {
  type ActionDeps,
  type ActionResult,
  type Actor,
  type AttachRefusal,
  acknowledge,
  actOnGroup,
  applyCurrentChain,
  attach,
  createNote,
  inActionTransaction,
  MAX_NOTE_LENGTH,
  resolve,
  silence,
  type UnattachResult,
  unacknowledge,
  unattach,
  unresolve,
  unsilence,
} from '../../../alerting/index.ts';
import { actorOf } from '../conventions/actor.ts';
import { type ApiError, fieldErrors, forbidden, notFound, refusal } from '../conventions/api-error.ts';
import { audit } from '../conventions/audit.ts';
import { type Caller, callerOf } from '../conventions/caller.ts';
import { isObject, missingReference, readBody, text } from '../conventions/fields.ts';
import { errorResponses } from '../conventions/resource.ts';
import { checkVisible } from '../conventions/visibility.ts';
import { sendWarnings } from '../conventions/warnings.ts';
import type { GroupsDeps } from './alert-groups.routes.ts';

const IdParams = Type.Object({ id: Type.String() });

type Act = (deps: ActionDeps, org: string, id: string, actor: Actor, body: unknown, caller: Caller) => Promise<ActionResult>;
type Reason = Extract<ActionResult, { ok: false }>['reason'];

/** Ends of `Can't <action> …`, which existing clients match on. The reasons that name a state depend on the action. */
const REFUSALS: Readonly<Record<Exclude<Reason, 'not_found' | 'resolution_note_required'>, string>> = {
  already_acknowledged: 'an acknowledged alert group',
  not_acknowledged: 'an unacknowledged alert group',
  already_resolved: 'a resolved alert group',
  not_resolved: 'an unresolved alert group',
  not_silenced: 'an unsilenced alert group',
  already_firing: 'a firing alert group',
  already_silenced: 'a silenced alert group',
  attached: 'an attached alert group',
  maintenance: 'a maintenance alert group',
  wiped: 'a wiped alert group',
};

/** How an action is called in a refusal, where not by its name. */
const WORDS: Readonly<Record<string, string>> = { apply_current_chain: 'apply the current chain to' };

/** What an action that was refused is answered. */
export function refuse(action: string, reason: Reason): ApiError {
  if (reason === 'not_found') return notFound();
  if (reason === 'resolution_note_required') return refusal("Can't resolve an alert group without a resolution note", reason);
  return refusal(`Can't ${action} ${REFUSALS[reason]}`, reason);
}

type JoinRefusal = AttachRefusal | Extract<UnattachResult, { ok: false }>['reason'];

const JOIN_REFUSALS: Readonly<Record<Exclude<JoinRefusal, 'not_found' | 'root_not_found'>, string>> = {
  maintenance: 'a maintenance alert group',
  has_attached: 'an alert group that others are attached to',
  already_attached: 'an attached alert group',
  not_attached: 'an unattached alert group',
  root_resolved: 'to a resolved alert group',
  root_attached: 'to an attached alert group',
  root_is_itself: 'an alert group to itself',
};

/** What `attach` or `unattach` is answered when it was refused. */
export function refuseJoin(action: 'attach' | 'unattach', reason: JoinRefusal): ApiError {
  if (reason === 'not_found') return notFound();
  if (reason === 'root_not_found') return missingReference('root_alert_group_id');
  return refusal(`Can't ${action} ${JOIN_REFUSALS[reason]}`, reason);
}

/** What is done to an alert group (http-api-alerting.md 2.5): six actions as existing clients know them, and Tocsin's own. */
export function registerGroupActions(app: FastifyInstance, deps: GroupsDeps): void {
  const tags = ['alert_groups'];
  const write = { permission: 'alert-groups:write' as const };

  /** What tokens do stands in the audit log, too; what people do has its author in the timeline (access.md 14.2). */
  const told = (
    request: FastifyRequest,
    name: string,
    act: (inTx: ActionDeps) => Promise<ActionResult>,
  ): Promise<ActionResult> => {
    if (callerOf(request).sessionId !== null) return act(deps);
    return inActionTransaction(deps.db, async (tx) => {
      const result = await act({ ...deps, db: tx });
      const resource = { type: 'alert_group', id: idOf(request), name: result.ok ? (result.group.title ?? '') : '' };
      if (result.ok) await audit(tx, request, { type: 'alert_group', name, resource }, deps.clock);
      return result;
    });
  };
  const action = (name: string, summary: string, act: Act, body?: TSchema): void => {
    app.post(
      `/alert_groups/:id/${name}`,
      {
        config: {
          ...write,
          usersOnly: { mayAct: true, detail: `Service accounts are not allowed to ${name} alert groups` },
        },
        schema: {
          operationId: `${name.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase())}AlertGroup`,
          summary,
          tags,
          params: IdParams,
          ...(body === undefined ? {} : { body }),
          response: { 200: Type.Null({ description: 'Nothing.' }), ...errorResponses },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        const result = await told(request, name, (inTx) =>
          act(inTx, caller.org, idOf(request), actorOf(caller), request.body, caller),
        );
        if (!result.ok) throw refuse(WORDS[name] ?? name, result.reason);
        const warnings = name === 'silence' && isZero(request.body) ? [ZERO_DELAY] : [];
        return emptyAnswer(sendWarnings(reply, warnings), 200);
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

  action('restart', 'Makes the group fire again, whatever its state; its escalation begins anew', (act, org, id, actor) =>
    actOnGroup(act, org, id, { do: 'restart' }, actor),
  );
  action('apply_current_chain', 'Begins the escalation of a firing group anew, from its chain as it is now', withChain);
  action(
    'attach',
    'Joins the group to another, which it follows from then on',
    async (act, org, id, actor, body, caller) => {
      const { root_alert_group_id: rootId } = readBody({ root_alert_group_id: text() }, body, ['root_alert_group_id']);
      await checkVisible(act.db, caller, 'alert_groups', rootId);
      const result = await attach(act, org, id, rootId, actor);
      if (!result.ok) throw refuseJoin('attach', result.reason);
      return result;
    },
    Type.Object({ root_alert_group_id: Type.String() }),
  );
  action('unattach', 'Frees the group from the one that it is attached to', async (act, org, id, actor) => {
    const result = await unattach(act, org, id, actor);
    if (!result.ok) throw refuseJoin('unattach', result.reason);
    return result;
  });
}

/** An action that the body says nothing about. */
const withoutBody =
  (act: (deps: ActionDeps, org: string, id: string, actor: Actor) => Promise<ActionResult>): Act =>
  (deps, org, id, actor) =>
    act(deps, org, id, actor);

/** A group begins with the chain of today only at the word of somebody who may see it. */
const withChain: Act = (deps, org, id, actor, _body, caller) => {
  if (!can(caller, 'escalation-chains:read')) throw forbidden();
  return applyCurrentChain(deps, org, id, actor);
};

const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

/** Nothing, and no media type, as existing clients get it. */
const emptyAnswer = (reply: FastifyReply, status: number): FastifyReply => reply.code(status).removeHeader('content-type').send();

/** `resolve` with the optional text of a note, which is stored first; both or neither. */
async function resolveWithNote(deps: ActionDeps, org: string, id: string, actor: Actor, body: unknown): Promise<ActionResult> {
  if (!isObject(body) || body.resolution_note === undefined || body.resolution_note === null)
    return resolve(deps, org, id, actor);
  const { resolution_note: note } = readBody({ resolution_note: text({ max: MAX_NOTE_LENGTH }) }, body, ['resolution_note']);
  return inActionTransaction(deps.db, async (tx) => {
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

const ZERO_DELAY = 'A delay of 0 silences until somebody unsilences the alert group, as -1 does';

const isZero = (body: unknown): boolean => isObject(body) && Number(body.delay) === 0;

/** Seconds to be silent; null: until somebody unsilences it, which -1 and 0 stand for. */
export function readDelay(body: unknown): number | null {
  const raw = isObject(body) ? body.delay : undefined;
  if (raw === undefined || raw === null) throw refusal('delay is required', 'delay_required');
  const number =
    typeof raw === 'number' ? Math.trunc(raw) : typeof raw === 'string' && /^\s*-?\d+\s*$/.test(raw) ? Number(raw) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < -1 || number > 100 * 365 * 86_400)
    throw refusal('invalid delay value', 'invalid_delay');
  return number <= 0 ? null : number;
}
