import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { loadPeople, recipientsOfChains } from '../../../escalation/index.ts';
import { type OnBroken, onCallBetween } from '../../../schedules/index.ts';
import { listUsers, teamsOfUsers, type User } from '../../../users/index.ts';
import { linkedWebhooks } from '../../../webhooks/index.ts';
import { type Caller, callerOf } from '../conventions/caller.ts';
import { named } from '../conventions/describe.ts';
import { type ApiDeps, errorResponses, sendJson } from '../conventions/resource.ts';
import { hiddenFrom, nameFor } from '../conventions/visibility.ts';
import { type Judged, judge } from './judge.ts';
import { channelsOf } from './reach.ts';

const DAYS_AHEAD = 14;
const DAY_MS = 86_400_000;
const MOST_PEOPLE = 20_000;

const Reference = Type.Object({ id: Type.String(), name: Type.String() });
const Channel = Type.Object({
  type: Type.String({ description: 'Of the notification rule, such as `notify_by_email`.' }),
  problem: Type.Union([Type.String(), Type.Null()], { description: 'Why it would not reach the person; null: it would.' }),
});
const ReadinessSchema = named(
  'Readiness',
  Type.Object({
    results: Type.Array(
      Type.Object({
        user_id: Type.String(),
        username: Type.String(),
        name: Type.String(),
        teams: Type.Array(Type.String()),
        state: Type.Union(['ready', 'partial', 'not_reachable'].map((state) => Type.Literal(state))),
        reasons: Type.Array(Type.String()),
        default_channels: Type.Array(Channel),
        important_channels: Type.Array(Channel),
        chains: Type.Array(Reference, { description: 'Escalation chains that may notify the person within 14 days.' }),
        schedules: Type.Array(Reference, { description: 'Schedules that have the person on call within 14 days.' }),
        next_shift: Type.Union([
          Type.Object({ schedule_id: Type.String(), start: Type.String(), end: Type.String() }),
          Type.Null(),
        ]),
      }),
    ),
  }),
);

export type ReadinessDeps = ApiDeps & {
  readonly auth: { readonly features: readonly string[] };
  readonly onBrokenSchedule: OnBroken;
};

/** Who could not be reached tonight: everybody whom a chain may notify, or a schedule has on call, within 14 days (web-ui.md 15). */
export function registerReadiness(app: FastifyInstance, deps: ReadinessDeps): void {
  app.get(
    '/readiness',
    {
      config: { permission: 'user-settings:read' },
      schema: {
        operationId: 'getReadiness',
        summary: 'Tells of everybody who may be paged within 14 days whether a page would reach them now',
        tags: ['users'],
        response: { 200: ReadinessSchema, ...errorResponses },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      return sendJson(reply, 200, JSON.stringify({ results: await readiness(deps, caller) }));
    },
  );
}

const ORDER: readonly Judged['state'][] = ['not_reachable', 'partial', 'ready'];

async function readiness({ db, clock, auth, onBrokenSchedule }: ReadinessDeps, caller: Caller) {
  const { org } = caller;
  const now = clock.now();
  const [users, chains, schedules] = await Promise.all([
    listUsers(db, org, {}, { kind: 'page', page: 1, size: MOST_PEOPLE }),
    recipientsOfChains(db, org),
    onCallBetween(db, org, { from: now, to: new Date(now.getTime() + DAYS_AHEAD * DAY_MS) }, now, onBrokenSchedule),
  ]);
  const ids = users.rows.map(({ id }) => id);
  const [people, teams, linked, hiddenChains, hiddenSchedules] = await Promise.all([
    loadPeople(
      db,
      ids.map((userId) => ({ organizationId: org, userId })),
    ),
    teamsOfUsers(db, org, ids),
    linkedWebhooks(db, org),
    hiddenFrom(
      db,
      caller,
      'escalation_chains',
      chains.map(({ id }) => id),
    ),
    hiddenFrom(
      db,
      caller,
      'schedules',
      schedules.map(({ id }) => id),
    ),
  ]);
  const onCall = new Map(schedules.map(({ id, shifts }) => [id, new Set(shifts.map(({ userId }) => userId))]));
  const isIn = (user: User, chain: (typeof chains)[number]): boolean =>
    chain.userIds.includes(user.id) ||
    chain.scheduleIds.some((id) => onCall.get(id)?.has(user.id) === true) ||
    chain.teamIds.some((id) => teams.get(user.id)?.includes(id) === true);
  const rows = users.rows.flatMap((user) => {
    const person = people.get(org)?.get(user.id);
    const via = chains.filter((chain) => isIn(user, chain));
    const turns = schedules.filter(({ id }) => onCall.get(id)?.has(user.id) === true);
    if (person === undefined || via.length + turns.length === 0) return [];
    const next = turns
      .flatMap(({ id, shifts }) =>
        shifts.filter(({ userId }) => userId === user.id).map((shift) => ({ schedule_id: id, ...shift })),
      )
      .sort((a, b) => a.start.localeCompare(b.start))[0];
    const shown = (hidden: ReadonlySet<string>, each: readonly { id: string; name: string }[]) =>
      each.map(({ id, name }) => nameFor(hidden, { id, name }));
    return [
      {
        user_id: user.id,
        username: user.username,
        name: user.name,
        teams: teams.get(user.id) ?? [],
        ...judge(person, channelsOf(auth.features, linked.get(user.id))),
        chains: shown(hiddenChains, via),
        schedules: shown(hiddenSchedules, turns),
        next_shift: next === undefined ? null : { schedule_id: next.schedule_id, start: next.start, end: next.end },
      },
    ];
  });
  return rows.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.username.localeCompare(b.username));
}
