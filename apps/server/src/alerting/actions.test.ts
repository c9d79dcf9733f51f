import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EscalationWorld, ORG } from '../testing/escalation/world.ts';
import { ACTION_SOURCE, type Actor } from './actor.ts';
import { attach } from './attach.ts';
import { actOnGroups } from './bulk.ts';
import { deleteGroup } from './delete.ts';
import type { Refusal } from './guards.ts';
import { createNote } from './resolution-notes/create-note.ts';
import { deleteNote } from './resolution-notes/delete-note.ts';
import { findNote, listNotes, notesOfGroup } from './resolution-notes/note-store.ts';
import { updateNote } from './resolution-notes/update-note.ts';
import { resolve } from './resolve.ts';
import { findGroup } from './store.ts';
import type { GroupAction } from './transition.ts';
import { unattach } from './unattach.ts';
import { wipe } from './wipe.ts';

let world: EscalationWorld;
let route: string;
beforeAll(async () => {
  world = await EscalationWorld.start();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  await world.reset('2026-03-02T09:00:00Z');
  await world.person('Mira', { default: ['email'] });
  await world.person('Jonas', { default: ['email'] });
  route = await world.route(
    await world.chain([
      { do: 'wait', seconds: 600 },
      { do: 'notify', users: ['Mira'] },
    ]),
  );
});

const actor = (name: string): Actor => ({ type: 'user', userId: world.userId(name), via: ACTION_SOURCE.api });
const types = async (id: string) => (await world.records(id)).map(({ type }) => type);
const group = async (id: string) => (await findGroup(world.db, ORG, id))!;

const into: Record<string, readonly GroupAction[]> = {
  firing: [],
  acknowledged: [{ do: 'acknowledge' }],
  silenced: [{ do: 'silence', seconds: 60 }],
  resolved: [{ do: 'resolve' }],
  'acknowledged and resolved': [{ do: 'acknowledge' }, { do: 'resolve' }],
};
const ok = 'ok';
// escalation.md 1.3, in the order of http-api-alerting.md 2.5.
const guards: [GroupAction['do'], Record<keyof typeof into, Refusal | typeof ok>][] = [
  [
    'acknowledge',
    {
      firing: ok,
      acknowledged: 'already_acknowledged',
      silenced: ok,
      resolved: 'already_resolved',
      'acknowledged and resolved': 'already_acknowledged',
    },
  ],
  [
    'unacknowledge',
    {
      firing: 'not_acknowledged',
      acknowledged: ok,
      silenced: 'not_acknowledged',
      resolved: 'not_acknowledged',
      'acknowledged and resolved': 'already_resolved',
    },
  ],
  [
    'resolve',
    { firing: ok, acknowledged: ok, silenced: ok, resolved: 'already_resolved', 'acknowledged and resolved': 'already_resolved' },
  ],
  [
    'unresolve',
    {
      firing: 'not_resolved',
      acknowledged: 'not_resolved',
      silenced: 'not_resolved',
      resolved: ok,
      'acknowledged and resolved': ok,
    },
  ],
  [
    'silence',
    {
      firing: ok,
      acknowledged: 'already_acknowledged',
      silenced: ok,
      resolved: 'already_resolved',
      'acknowledged and resolved': 'already_resolved',
    },
  ],
  [
    'unsilence',
    {
      firing: 'not_silenced',
      acknowledged: 'not_silenced',
      silenced: ok,
      resolved: 'not_silenced',
      'acknowledged and resolved': 'not_silenced',
    },
  ],
];

describe.each(guards)('the public API on %s', (name, answers) => {
  test.each(Object.entries(answers))('a group that is %s', async (state, expected) => {
    const id = await world.open(route);
    for (const action of into[state] ?? []) await world.act(id, action, 'Mira');
    const recordsBefore = await types(id);
    const action = name === 'silence' ? { do: name, seconds: 60 } : ({ do: name } as GroupAction);
    const result = await world.act(id, action, 'Jonas');
    expect(result.ok ? ok : result.reason).toBe(expected);
    if (!result.ok) expect(await types(id)).toEqual(recordsBefore);
  });

  test('an attached group is refused', async () => {
    const [root, child] = [await world.open(route), await world.open(route)];
    for (const action of into[
      name === 'unresolve' ? 'resolved' : name === 'unsilence' ? 'silenced' : name === 'unacknowledge' ? 'acknowledged' : 'firing'
    ] ?? []) {
      await world.act(child, action, 'Mira');
    }
    await attach(world.deps, ORG, child, root, actor('Mira'));
    await sql`update alert_group set silenced_at = case when ${name} = 'unsilence' then ${world.clock.now()}::timestamptz end,
      acknowledged_at = case when ${name} = 'unacknowledge' then ${world.clock.now()}::timestamptz end where id = ${child}`.execute(
      world.db,
    );
    expect(
      await world.act(child, name === 'silence' ? { do: name, seconds: 60 } : ({ do: name } as GroupAction), 'Jonas'),
    ).toEqual({ ok: false, reason: 'attached' });
  });
});

test('an unknown group, or one of another organization, is not found', async () => {
  await world.open(route);
  expect(await world.act('INOBODY', { do: 'acknowledge' }, 'Mira')).toEqual({ ok: false, reason: 'not_found' });
});

test('the evidence of an action is stored with its time, actor and surface', async () => {
  const id = await world.open(route);
  world.clock.advance({ seconds: 90 });
  await world.acknowledge(id, 'Mira');
  const { rows } =
    await sql`select acknowledged_at, acknowledged_by, acknowledged_by_user_id, response_seconds from alert_group where id = ${id}`.execute(
      world.db,
    );
  expect(rows).toEqual([
    {
      acknowledged_at: world.clock.now(),
      acknowledged_by: 1,
      acknowledged_by_user_id: world.userId('Mira'),
      response_seconds: 90,
    },
  ]);
  const records =
    await sql`select type, actor_type, actor_id, action_source from timeline_record where alert_group_id = ${id}`.execute(
      world.db,
    );
  expect(records.rows).toEqual([{ type: 0, actor_type: 'user', actor_id: world.userId('Mira'), action_source: 4 }]);
});

test('the response time is measured once', async () => {
  const id = await world.open(route);
  world.clock.advance({ seconds: 30 });
  await world.act(id, { do: 'silence', seconds: 60 }, 'Mira');
  world.clock.advance({ seconds: 30 });
  await world.act(id, { do: 'unsilence' }, 'Mira');
  await world.acknowledge(id, 'Mira');
  expect(await group(id)).toMatchObject({ responseSeconds: 30, restartedAt: world.clock.now() });
});

describe('grouping', () => {
  test('a resolved group is closed for its key and opens again when it is unresolved', async () => {
    const id = await world.open(route, { key: 'disk' });
    await world.act(id, { do: 'resolve' }, 'Mira');
    expect((await group(id)).isOpenForGrouping).toBe(false);
    await world.act(id, { do: 'unresolve' }, 'Mira');
    expect((await group(id)).isOpenForGrouping).toBe(true);
  });

  test('one that fires again waits while another takes the alerts, and opens when that one is resolved', async () => {
    const first = await world.open(route, { key: 'disk' });
    await world.act(first, { do: 'resolve' }, 'Mira');
    const second = await world.open(route, { key: 'disk' });
    await world.act(first, { do: 'unresolve' }, 'Mira');
    expect([(await group(first)).isOpenForGrouping, (await group(second)).isOpenForGrouping]).toEqual([false, true]);
    await world.signal(second, 'resolve');
    expect([(await group(first)).isOpenForGrouping, (await group(second)).isOpenForGrouping]).toEqual([true, false]);
  });

  test('an unresolve that meets a group just made waits behind it', async () => {
    const first = await world.open(route, { key: 'disk' });
    await world.act(first, { do: 'resolve' }, 'Mira');
    // The pipeline tries its batch again when it loses; here its loss just shows in the settled promise.
    const [, unresolved] = await Promise.allSettled([
      world.open(route, { key: 'disk' }),
      world.act(first, { do: 'unresolve' }, 'Mira'),
    ]);
    const { rows } = await sql<{ n: number }>`select count(*) as n from alert_group where is_open_for_grouping`.execute(world.db);
    expect(unresolved).toMatchObject({ status: 'fulfilled', value: { ok: true } });
    expect(rows[0]?.n).toBe(1);
  });
});

describe('attached groups', () => {
  test('actions on the root are repeated on them, with records of their own, in the same transaction', async () => {
    const [root, child] = [await world.open(route), await world.open(route)];
    await attach(world.deps, ORG, child, root, actor('Mira'));
    await world.acknowledge(root, 'Mira');
    await world.act(root, { do: 'unacknowledge' }, 'Mira');
    await world.act(root, { do: 'resolve' }, 'Mira');
    expect(await types(child)).toEqual([8, 0, 1, 13]);
    expect(await world.state(child)).toBe('resolved');
    expect(world.changes.filter(({ alertGroupId }) => alertGroupId === child).map(({ run }) => run)).toEqual([
      'stop',
      'stop',
      'keep',
      'stop',
    ]);
  });

  test('the hooks learn which root they follow', async () => {
    const [root, child] = [await world.open(route), await world.open(route)];
    await attach(world.deps, ORG, child, root, actor('Mira'));
    world.changes.length = 0;
    await world.acknowledge(root, 'Mira');
    expect(world.changes.map(({ alertGroupId, followsRootId }) => [alertGroupId, followsRootId])).toEqual([
      [root, null],
      [child, root],
    ]);
  });

  test.each<[string, (ids: { a: string; b: string; c: string }) => Promise<[string, string]>, string]>([
    ['itself', async ({ a }) => [a, a], 'root_is_itself'],
    ['a group that is not there', async ({ a }) => [a, 'INOBODY'], 'root_not_found'],
    [
      'a resolved group',
      async ({ a, b }) => {
        await world.act(b, { do: 'resolve' }, 'Mira');
        return [a, b];
      },
      'root_resolved',
    ],
    [
      'an attached group',
      async ({ a, b, c }) => {
        await attach(world.deps, ORG, b, c, actor('Mira'));
        return [a, b];
      },
      'root_attached',
    ],
    [
      'a second root',
      async ({ a, b, c }) => {
        await attach(world.deps, ORG, a, b, actor('Mira'));
        return [a, c];
      },
      'already_attached',
    ],
    [
      'another while it has attached groups itself',
      async ({ a, b, c }) => {
        await attach(world.deps, ORG, b, a, actor('Mira'));
        return [a, c];
      },
      'has_attached',
    ],
  ])('a group cannot be attached to %s', async (_name, arrange, reason) => {
    const ids = { a: await world.open(route), b: await world.open(route), c: await world.open(route) };
    const [child, root] = await arrange(ids);
    expect(await attach(world.deps, ORG, child, root, actor('Mira'))).toEqual({ ok: false, reason });
  });

  test('a refused attachment is in the timeline of the child', async () => {
    const [root, child] = [await world.open(route), await world.open(route)];
    await world.act(root, { do: 'resolve' }, 'Mira');
    await attach(world.deps, ORG, child, root, actor('Mira'));
    expect(await types(child)).toEqual([12]);
  });

  test('a signal in an alert of a child acts on it alone', async () => {
    const [root, child] = [await world.open(route), await world.open(route)];
    await attach(world.deps, ORG, child, root, actor('Mira'));
    await world.signal(child, 'resolve');
    expect([await world.state(root), await world.state(child)]).toEqual(['firing', 'resolved']);
  });

  test('a child that is not attached cannot be detached', async () => {
    expect(await unattach(world.deps, ORG, await world.open(route), actor('Mira'))).toEqual({
      ok: false,
      reason: 'not_attached',
    });
  });
});

describe('wipe', () => {
  test('empties title, key and payloads of the group and of those attached to it, and resolves them', async () => {
    const [root, child] = [await world.open(route), await world.open(route)];
    await sql`update alert set payload = '{"secret":"yes"}'`.execute(world.db);
    await attach(world.deps, ORG, child, root, actor('Mira'));
    await wipe(world.deps, ORG, root, actor('Mira'));
    for (const id of [root, child]) {
      expect(await group(id)).toMatchObject({
        title: null,
        groupingKey: '',
        isOpenForGrouping: false,
        wipedByUserId: world.userId('Mira'),
      });
      expect(await group(id)).toMatchObject({ state: { kind: 'resolved', resolved: { by: 5 } } });
    }
    const { rows } = await sql`select distinct payload from alert`.execute(world.db);
    expect(rows).toEqual([{ payload: '{}' }]);
    expect(await types(root)).toContain(19);
  });

  test('a second one only adds a record, and nothing brings the group back', async () => {
    const id = await world.open(route);
    await wipe(world.deps, ORG, id, actor('Mira'));
    await wipe(world.deps, ORG, id, actor('Mira'));
    expect(await types(id)).toEqual([19, 19]);
    expect(await world.act(id, { do: 'unresolve' }, 'Mira')).toEqual({ ok: false, reason: 'wiped' });
    expect(await world.act(id, { do: 'acknowledge' }, 'Mira', 'none')).toEqual({ ok: false, reason: 'wiped' });
  });
});

describe('delete', () => {
  test('leaves nothing of the group, and frees those attached to it', async () => {
    const [root, child] = [await world.open(route), await world.open(route)];
    await attach(world.deps, ORG, child, root, actor('Mira'));
    await createNote(world.deps, ORG, root, { text: 'Rebooted', authorId: null, source: 'Web', origin: 'api' });
    expect(await deleteGroup(world.deps, ORG, root, actor('Mira'))).toBe('done');
    for (const table of [
      'alert_group',
      'alert',
      'timeline_record',
      'resolution_note',
      'escalation_run',
      'personal_run',
      'delivery',
    ]) {
      const column = table === 'alert_group' ? 'id' : 'alert_group_id';
      const { rows } = await sql`select 1 from ${sql.table(table)} where ${sql.ref(column)} = ${root}`.execute(world.db);
      expect([table, rows.length]).toEqual([table, 0]);
    }
    expect((await group(child)).rootId).toBeNull();
    expect(await types(child)).toEqual([8, 9]);
    expect(await world.run(child)).toMatchObject({ state: 'running', due_at: new Date('2026-03-02T09:00:10Z') });
    expect(await deleteGroup(world.deps, ORG, root, actor('Mira'))).toBe('not_found');
  });
});

describe('bulk', () => {
  test('answers each group as its single action does, in the order asked', async () => {
    const [firing, acknowledged, resolved] = [await world.open(route), await world.open(route), await world.open(route)];
    await world.acknowledge(acknowledged, 'Mira');
    await world.act(resolved, { do: 'resolve' }, 'Mira');
    const results = await actOnGroups(
      world.deps,
      ORG,
      [resolved, firing, 'INOBODY', acknowledged],
      { do: 'acknowledge' },
      actor('Jonas'),
    );
    expect(results.map(({ id, result }) => [id, result.ok ? result.group.state.kind : result.reason])).toEqual([
      [resolved, 'already_resolved'],
      [firing, 'acknowledged'],
      ['INOBODY', 'not_found'],
      [acknowledged, 'already_acknowledged'],
    ]);
  });

  test('restart brings groups back to firing from any state, once', async () => {
    const [a, s, r] = [await world.open(route), await world.open(route), await world.open(route)];
    await world.acknowledge(a, 'Mira');
    await world.act(s, { do: 'silence', seconds: null }, 'Mira');
    await world.act(r, { do: 'resolve' }, 'Mira');
    await actOnGroups(world.deps, ORG, [a, s, r], { do: 'restart' }, actor('Mira'));
    for (const id of [a, s, r]) {
      expect([await world.state(id), (await world.run(id))?.due_at]).toEqual(['firing', new Date('2026-03-02T09:00:10Z')]);
    }
    expect(await types(r)).toEqual([13, 14]);
  });

  test('more groups than one transaction takes are all changed', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 250; i += 1) ids.push(await world.open(route));
    const results = await actOnGroups(world.deps, ORG, ids, { do: 'resolve' }, actor('Mira'));
    expect(results.every(({ result }) => result.ok)).toBe(true);
    const { rows } = await sql`select state, count(*) as n from alert_group group by state`.execute(world.db);
    expect(rows).toEqual([{ state: 'resolved', n: 250 }]);
  });
});

describe('resolution notes', () => {
  const note = { text: ' Consumer restarted ', authorId: null, source: 'Web' as const, origin: 'api' };

  test('where they are required, people resolve only with one', async () => {
    await sql`update organization set is_resolution_note_required = true`.execute(world.db);
    const id = await world.open(route);
    expect(await world.act(id, { do: 'resolve' }, 'Mira')).toEqual({ ok: false, reason: 'resolution_note_required' });
    expect(await world.act(id, { do: 'resolve' }, 'Mira', 'none')).toEqual({ ok: false, reason: 'resolution_note_required' });
    expect((await resolve(world.deps, ORG, id, actor('Mira'), { note: 'Disk swapped' })).ok).toBe(true);
    expect((await notesOfGroup(world.db, ORG, id)).map(({ text }) => text)).toEqual(['Disk swapped']);
  });

  test('the source resolves without one', async () => {
    await sql`update organization set is_resolution_note_required = true`.execute(world.db);
    const id = await world.open(route);
    await world.signal(id, 'resolve');
    expect(await world.state(id)).toBe('resolved');
  });

  test('a refused resolve leaves no note behind', async () => {
    const id = await world.open(route);
    await world.act(id, { do: 'resolve' }, 'Mira');
    await resolve(world.deps, ORG, id, actor('Mira'), { note: 'Again' });
    expect(await notesOfGroup(world.db, ORG, id)).toEqual([]);
  });

  test('are trimmed, changed and deleted', async () => {
    const id = await world.open(route);
    const created = await createNote(world.deps, ORG, id, note);
    if (!created.ok) throw new Error(created.reason);
    expect(created.note).toMatchObject({ text: 'Consumer restarted', source: 'Web' });
    expect(await updateNote(world.deps, ORG, created.note.id, 'Lag drained')).toMatchObject({
      ok: true,
      note: { text: 'Lag drained' },
    });
    expect(await deleteNote(world.deps, ORG, created.note.id)).toBe(true);
    expect(await deleteNote(world.deps, ORG, created.note.id)).toBe(false);
    expect(await findNote(world.db, ORG, created.note.id)).toBeNull();
    expect(await updateNote(world.deps, ORG, created.note.id, 'x')).toEqual({ ok: false, reason: 'not_found' });
  });

  test('are refused when blank, too long, or of no group, and cannot be changed when they came from chat', async () => {
    const id = await world.open(route);
    expect(await createNote(world.deps, ORG, id, { ...note, text: '  ' })).toEqual({ ok: false, reason: 'blank' });
    expect(await createNote(world.deps, ORG, id, { ...note, text: 'x'.repeat(3_001) })).toEqual({
      ok: false,
      reason: 'too_long',
    });
    expect(await createNote(world.deps, ORG, 'INOBODY', note)).toEqual({ ok: false, reason: 'group_not_found' });
    const chat = await createNote(world.deps, ORG, id, { ...note, source: 'Slack', origin: 'slack' });
    if (!chat.ok) throw new Error(chat.reason);
    expect(await updateNote(world.deps, ORG, chat.note.id, 'x')).toEqual({ ok: false, reason: 'not_editable' });
  });

  test('are listed by group, newest group first', async () => {
    const first = await world.open(route);
    world.clock.advance({ seconds: 10 });
    const second = await world.open(route);
    for (const id of [first, second]) await createNote(world.deps, ORG, id, note);
    const page = await listNotes(world.db, ORG, {}, { kind: 'page', page: 1, size: 10 });
    expect(page.rows.map(({ alertGroupId }) => alertGroupId)).toEqual([second, first]);
    const one = await listNotes(world.db, ORG, { alertGroupId: first }, { kind: 'page', page: 1, size: 10 });
    expect(one.rows.map(({ alertGroupId }) => alertGroupId)).toEqual([first]);
  });
});
