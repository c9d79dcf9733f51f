import { Type } from 'typebox';
import { can } from '../../../access/index.ts';
import {
  createRule,
  deleteRule,
  findRule,
  listRules,
  type NotificationRule,
  RULE_TYPES,
  type RuleType,
  updateRule,
} from '../../../notifications/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Db, Tx } from '../../../platform/db/database.ts';
import { findUser } from '../../../users/index.ts';
import { fieldErrors, forbidden, refusal } from '../conventions/api-error.ts';
import type { Caller } from '../conventions/caller.ts';
import { boolean, custom, Invalid, reference } from '../conventions/fields.ts';
import { needsOwnership } from '../conventions/ownership.ts';
import { single } from '../conventions/pagination.ts';
import { positionFields, readPlacement } from '../conventions/position-fields.ts';
import type { Resource } from '../conventions/resource.ts';

const DEFAULT_WAIT_SECONDS = 300;
const WAIT_TEXTS: Readonly<Record<string, number>> = {
  '0:01:00': 60,
  '0:05:00': 300,
  '0:15:00': 900,
  '0:30:00': 1800,
  '1:00:00': 3600,
};

const clockText = (seconds: number): string => {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};

const duration = custom<number>(Type.Integer({ minimum: 60, maximum: 86_400 }), (raw) => {
  if (typeof raw === 'string' && Object.hasOwn(WAIT_TEXTS, raw)) return WAIT_TEXTS[raw] ?? DEFAULT_WAIT_SECONDS;
  if (typeof raw !== 'number' || !Number.isFinite(raw)) throw refusal('Invalid duration format', 'invalid_duration');
  if (!Number.isInteger(raw) || raw < 60 || raw > 86_400)
    throw new Invalid([`"${clockText(Math.trunc(raw))}" is not a valid choice.`]);
  return raw;
});

const ruleType = custom<RuleType>(Type.Union(RULE_TYPES.map((type) => Type.Literal(type))), (raw) => {
  const type = RULE_TYPES.find((known) => known === raw);
  if (type === undefined) throw fieldErrors({ type: 'Invalid type' });
  return type;
});

const fields = { user_id: reference({ nullable: false }), type: ruleType, duration, important: boolean(), ...positionFields };

const RuleSchema = Type.Object({
  id: Type.String(),
  user_id: Type.String(),
  position: Type.Integer(),
  type: Type.Union(RULE_TYPES.map((type) => Type.Literal(type))),
  duration: Type.Optional(Type.Integer({ description: 'Only when the type is `wait`; seconds.' })),
  important: Type.Boolean(),
});

type RuleFilter = { userId?: string; important?: boolean };

async function readFilter(db: Db | Tx, caller: Caller, query: Readonly<Record<string, unknown>>): Promise<RuleFilter> {
  const userId = single(query.user_id) || undefined;
  if (userId !== undefined && (await findUser(db, caller.org, userId))?.isActive !== true)
    throw refusal('User not found.', 'user_not_found');
  const important = single(query.important) || undefined;
  if (important !== undefined && important !== 'true' && important !== 'false')
    throw refusal('Important is not bool', 'invalid_important');
  return { ...(userId === undefined ? {} : { userId }), ...(important === undefined ? {} : { important: important === 'true' }) };
}

/** How people are notified (http-api-oncall.md 5). Filters count for single rules, too. */
export const rulesResource = ({ clock }: { clock: Clock }): Resource<NotificationRule, typeof fields, 'user_id'> => ({
  path: 'personal_notification_rules',
  name: 'personal notification rule',
  read: { anyOf: ['user-settings:read', 'notification-settings:read'] },
  write: { anyOf: ['user-settings:write', 'notification-settings:write'] },
  usersOnly: true,
  pageSize: 50,
  item: RuleSchema,
  filters: {
    user_id: Type.Optional(Type.String()),
    important: Type.Optional(Type.String({ description: '`true` or `false`.' })),
  },
  fields,
  required: { create: ['user_id'] },
  createOnly: ['user_id', 'important'],
  async list(db, caller, query, window) {
    return listRules(db, caller.org, await readFilter(db, caller, query), window);
  },
  async isAskedFor(db, caller, rule, query) {
    const { userId = rule.userId, important = rule.important } = await readFilter(db, caller, query);
    return userId === rule.userId && important === rule.important;
  },
  get: (db, caller, id) => findRule(db, caller.org, id),
  present: (_db, _caller, rows) =>
    rows.map((rule) => ({
      id: rule.id,
      user_id: rule.userId,
      position: rule.position,
      type: rule.type,
      ...(rule.type === 'wait' ? { duration: rule.waitSeconds ?? 0 } : {}),
      important: rule.important,
    })),
  async create(tx, caller, body) {
    const user = body.user_id === null ? null : await findUser(tx, caller.org, body.user_id);
    if (user?.isActive !== true) throw refusal('User does not exist', 'user_not_found');
    await checkOwn(tx, caller, user.id);
    if (body.type === undefined) throw fieldErrors({ type: 'Type is required' });
    if (body.duration !== undefined && body.type !== 'wait') throw durationNotSettable();
    const placement = readPlacement(body);
    const waitSeconds = body.type === 'wait' ? (body.duration ?? DEFAULT_WAIT_SECONDS) : null;
    const rule = { userId: user.id, important: body.important ?? false, type: body.type, waitSeconds };
    return createRule(tx, caller.org, rule, placement, clock.now());
  },
  async update(tx, caller, rule, body) {
    await checkOwn(tx, caller, rule.userId);
    const type = body.type ?? rule.type;
    if (body.duration !== undefined && type !== 'wait') throw durationNotSettable();
    // A wait that stays one keeps its length when none is sent; a rule that becomes one gets the usual length.
    const kept = rule.type === 'wait' ? rule.waitSeconds : DEFAULT_WAIT_SECONDS;
    const waitSeconds = type === 'wait' ? (body.duration ?? kept) : null;
    return updateRule(tx, caller.org, rule, { type, waitSeconds }, readPlacement(body));
  },
  async remove(tx, caller, rule) {
    await checkOwn(tx, caller, rule.userId);
    await deleteRule(tx, caller.org, rule.id);
  },
});

/** Where ownership is asked for, people edit their own rules, unless they manage profiles. */
async function checkOwn(tx: Tx, caller: Caller, userId: string): Promise<void> {
  if (caller.userId === userId || can(caller, 'user-settings:admin')) return;
  if (await needsOwnership(tx, caller)) throw forbidden();
}

const durationNotSettable = () => fieldErrors({ duration: "Duration can't be set" });
