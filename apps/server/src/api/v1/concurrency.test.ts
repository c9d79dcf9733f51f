import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type ApiUser, type ApiWorld, startApi } from '../../testing/api.ts';

let api: ApiWorld;
let admin: ApiUser;
beforeAll(async () => {
  api = await startApi();
  admin = api.admin;
});
afterAll(() => api[Symbol.asyncDispose]());

const RUNS = Number(process.env.FUZZ_RUNS ?? 3);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_122);
let counter = 0;
const unique = (): string => `c${++counter}`;
const statuses = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status).sort();

type Move = { at: number; to: number; swap: boolean };
const moves = fc.array(fc.record({ at: fc.nat(4), to: fc.integer({ min: -1, max: 6 }), swap: fc.boolean() }), {
  minLength: 4,
  maxLength: 10,
});

type Ordered = {
  name: string;
  scope: () => Promise<string>;
  make: (scope: string) => Promise<string>;
  path: string;
  list: (scope: string) => string;
};
const ORDERED: Ordered[] = [
  {
    name: 'steps of a chain',
    path: 'escalation_policies',
    scope: async () => (await admin.post('escalation_chains/', { name: unique() })).body.id,
    make: async (scope) => (await admin.post('escalation_policies/', { escalation_chain_id: scope, type: 'wait' })).body.id,
    list: (scope) => `escalation_policies/?escalation_chain_id=${scope}`,
  },
  {
    name: 'routes of an integration',
    path: 'routes',
    scope: async () => (await admin.post('integrations/', { name: unique(), type: 'webhook' })).body.id,
    make: async (scope) => (await admin.post('routes/', { integration_id: scope, routing_regex: unique() })).body.id,
    list: (scope) => `routes/?integration_id=${scope}`,
  },
  {
    name: 'rules of a person',
    path: 'personal_notification_rules',
    scope: async () => (await api.user(unique(), 'editor')).id,
    make: async (scope) =>
      (await admin.post('personal_notification_rules/', { user_id: scope, type: 'notify_by_email' })).body.id,
    list: (scope) => `personal_notification_rules/?user_id=${scope}&important=false`,
  },
];

describe('many writers at once', { timeout: 60_000 + RUNS * 5_000 }, () => {
  test.each(ORDERED.map((each): [string, Ordered] => [each.name, each]))(
    '%s are moved, made and deleted: every position is held once and nothing is lost',
    async (_name, { path, scope: makeScope, make, list }) => {
      await fc.assert(
        fc.asyncProperty(moves, async (all: Move[]) => {
          const scope = await makeScope();
          const ids: string[] = [];
          for (let count = 0; count < 5; count += 1) ids.push(await make(scope));
          const answers = await Promise.all([
            ...all.map(({ at, to, swap }) => admin.put(`${path}/${ids[at]}/`, { position: to, manual_order: swap && to >= 0 })),
            admin.delete(`${path}/${ids[4]}/`),
          ]);
          const made = await Promise.all([make(scope), make(scope)]);
          expect(statuses(answers).every((status) => status === 200 || status === 204 || status === 404)).toBe(true);
          const { results } = (await admin.get(list(scope))).body as {
            results: { id: string; position: number; is_the_last_route?: boolean }[];
          };
          const rows = results.filter((row) => row.is_the_last_route !== true);
          expect(rows.map(({ id }) => id).sort()).toEqual([...ids.slice(0, 4), ...made].sort());
          expect(new Set(rows.map(({ position }) => position)).size).toBe(rows.length);
          expect(rows.map(({ position }) => position)).toEqual(rows.map(({ position }) => position).sort((a, b) => a - b));
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
    },
  );

  test.each<[string, string, () => Record<string, unknown>]>([
    ['escalation chain', 'escalation_chains', () => ({ name: unique() })],
    [
      'webhook',
      'webhooks',
      () => ({ name: unique(), url: 'https://example.net/', http_method: 'POST', trigger_type: 'escalation' }),
    ],
    ['team', 'teams', () => ({ name: unique() })],
    ['integration', 'integrations', () => ({ name: unique(), type: 'webhook' })],
  ])('of creates of one %s by the same name, one goes through', async (_name, path, body) => {
    for (let run = 0; run < RUNS; run += 1) {
      const sent = body();
      const answers = await Promise.all(Array.from({ length: 6 }, () => admin.post(`${path}/`, sent)));
      expect(statuses(answers)).toEqual([201, 400, 400, 400, 400, 400]);
      expect((await admin.get(`${path}/?name=${sent.name}`)).body.count).toBe(1);
    }
  });

  test('two writers take each other’s names: both answers are honest', async () => {
    const [one, two] = [unique(), unique()];
    const ids = await Promise.all([one, two].map(async (name) => (await admin.post('escalation_chains/', { name })).body.id));
    const answers = await Promise.all([
      admin.put(`escalation_chains/${ids[0]}/`, { name: two }),
      admin.put(`escalation_chains/${ids[1]}/`, { name: one }),
    ]);
    expect(answers.every(({ status }) => status === 200 || status === 400)).toBe(true);
    const names = await Promise.all(ids.map(async (id) => (await admin.get(`escalation_chains/${id}/`)).body.name));
    expect(new Set(names).size).toBe(2);
  });

  test('partial updates of one object do not undo each other', async () => {
    const id = (
      await admin.post('webhooks/', {
        name: unique(),
        url: 'https://example.net/',
        http_method: 'POST',
        trigger_type: 'escalation',
      })
    ).body.id;
    const changes = [
      { url: 'https://example.net/b' },
      { data: 'x' },
      { headers: '{"A": "b"}' },
      { username: 'u' },
      { forward_all: false },
    ];
    expect(statuses(await Promise.all(changes.map((change) => admin.patch(`webhooks/${id}/`, change))))).toEqual([
      200, 200, 200, 200, 200,
    ]);
    expect((await admin.get(`webhooks/${id}/`)).body).toMatchObject(Object.assign({}, ...changes));
  });

  test('of deletes of one object, one finds it', async () => {
    for (const [path, body] of [
      ['escalation_chains', { name: unique() }],
      ['teams', { name: unique() }],
      ['integrations', { name: unique(), type: 'webhook' }],
    ] as const) {
      const { id } = (await admin.post(`${path}/`, body)).body;
      const answers = await Promise.all([1, 2, 3].map(() => admin.delete(`${path}/${id}/`)));
      expect(statuses(answers), path).toEqual([204, 404, 404]);
    }
  });

  test('a chain that is deleted while steps, routes and writers come to it', async () => {
    for (let run = 0; run < RUNS; run += 1) {
      const chain = (await admin.post('escalation_chains/', { name: unique() })).body.id;
      const integration = (await admin.post('integrations/', { name: unique(), type: 'webhook' })).body.id;
      const answers = await Promise.all([
        admin.post('escalation_policies/', { escalation_chain_id: chain, type: 'wait' }),
        admin.post('routes/', { integration_id: integration, routing_regex: 'x', escalation_chain_id: chain }),
        admin.delete(`escalation_chains/${chain}/`),
        admin.put(`escalation_chains/${chain}/`, { name: unique() }),
        admin.put(`integrations/${integration}/`, { default_route: { escalation_chain_id: chain } }),
        admin.delete(`integrations/${integration}/`),
      ]);
      for (const answer of answers) expect(answer.status, answer.text).toBeLessThan(500);
    }
  });

  test('orders that are set at once are told of one after the other', async () => {
    for (let run = 0; run < RUNS; run += 1) {
      const chain = (await admin.post('escalation_chains/', { name: unique() })).body.id;
      const steps: string[] = [];
      for (let n = 0; n < 3; n += 1)
        steps.push((await admin.post('escalation_policies/', { escalation_chain_id: chain, type: 'wait' })).body.id);
      const [a, b, c] = steps;
      const orders = [
        [a, c, b],
        [b, a, c],
        [b, c, a],
        [c, a, b],
        [c, b, a],
      ];
      const path = `escalation_chains/${chain}/steps_order`;
      expect(statuses(await Promise.all(orders.map((order) => admin.put(path, { order }))))).toEqual(orders.map(() => 200));
      const { results } = (await admin.get(`audit?resource_id=${chain}`)).body;
      const told = results
        .map(({ diff }: { diff: { before: { steps?: string[] } | null; after: { steps?: string[] } | null } }) => diff)
        .filter((diff: { before: { steps?: string[] } | null }) => diff.before?.steps !== undefined)
        .reverse();
      expect(told).toHaveLength(orders.length);
      expect(told[0].before.steps).toEqual(steps);
      for (const [at, { before }] of told.entries()) if (at > 0) expect(before.steps).toEqual(told[at - 1].after.steps);
      expect((await admin.get(path)).body.order).toEqual(told.at(-1).after.steps);
    }
  });

  test('a team that is deleted while what belongs to it comes and goes', async () => {
    const webhook = { url: 'https://example.net/', http_method: 'POST', trigger_type: 'escalation' };
    for (let run = 0; run < RUNS; run += 1) {
      const team = (await admin.post('teams/', { name: unique() })).body.id;
      const chain = (await admin.post('escalation_chains/', { name: unique() })).body.id;
      const answers = await Promise.all([
        admin.post('escalation_chains/', { name: unique(), team_id: team }),
        admin.put(`escalation_chains/${chain}/`, { name: unique(), team_id: team }),
        admin.delete(`teams/${team}/`),
        admin.post('integrations/', { name: unique(), type: 'webhook', team_id: team }),
        admin.post('webhooks/', { ...webhook, name: unique(), team: team }),
      ]);
      for (const answer of answers) expect(answer.status, answer.text).toBeLessThan(500);
    }
  });
});
