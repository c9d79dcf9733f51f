import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addLiveEvents, pruneEvents } from '../../../live/index.ts';
import { inTransaction } from '../../../platform/db/create-db.ts';
import { newTimeId } from '../../../platform/ids.ts';
import { type ApiUser, type ApiWorld, startApi } from '../../../testing/api.ts';

let api: ApiWorld;
let integrationId: string;
beforeAll(async () => {
  api = await startApi();
  integrationId = (await api.admin.post('integrations/', { type: 'webhook', name: 'dock' })).body.id;
  await api.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => end(api));

/** Clients open connections ahead of requests, which a server that closes would wait for. */
async function end(world: ApiWorld): Promise<void> {
  const closed = world[Symbol.asyncDispose]();
  world.app.server.closeAllConnections();
  await closed;
}

type Heard = { id: string; event: string; data: Record<string, unknown> };

/** An open stream, read event by event. */
async function follow(user: ApiUser, path = 'stream', lastEventId?: string, at = api) {
  const controller = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${(at.app.server.address() as AddressInfo).port}/api/v1/${path}`, {
    headers: { authorization: user.token, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
    signal: controller.signal,
  });
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<Heard | null> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const fields = Object.fromEntries(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        text = text.slice(end + 2);
        if (fields.event !== undefined)
          return { id: fields.id as string, event: fields.event as string, data: JSON.parse(fields.data as string) };
        continue;
      }
      const { done, value } = await reader.read();
      if (done) return null;
      text += value;
    }
  };
  return {
    answer,
    next,
    /** The next event that is not one of these. */
    async after(...skipped: string[]) {
      for (;;) {
        const heard = await next();
        if (heard === null || !skipped.includes(heard.event)) return heard;
      }
    },
    close: () => controller.abort(),
  };
}

let number = 0;
async function addGroup(user: ApiUser, integration = integrationId): Promise<string> {
  number += 1;
  const now = api.clock.now();
  const id = newTimeId('I', now);
  await sql`insert into alert_group (organization_id, id, number, integration_id, grouping_key, title, received_at, started_at)
    values (${user.org}, ${id}, ${number}, ${integration}, ${id}, 'Crane stuck', ${now}, ${now})`.execute(api.db);
  return id;
}

const cursorOf = (id: string): bigint => BigInt(id.split('-')[0] as string);

test('says hello, then tells of a new group and of what is done with it, each with a larger cursor', async () => {
  const stream = await follow(api.admin);
  expect(stream.answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(stream.answer.headers.get('cache-control')).toBe('no-store');
  const hello = await stream.next();
  expect(hello?.event).toBe('hello');
  const id = await addGroup(api.admin);
  const created = await stream.next();
  expect(created).toEqual({ id: expect.any(String), event: 'alert_group.created', data: { id, number, state: 'firing' } });
  await api.admin.post(`alert_groups/${id}/acknowledge`);
  const heard = [await stream.next(), await stream.next()];
  expect(heard.map((each) => [each?.event, each?.data])).toEqual([
    ['alert_group.changed', { id, number, state: 'acknowledged', changed: ['state', 'acknowledged_by'], actor: api.admin.id }],
    ['alert_group.timeline', { id, realm: 'alert_group', types: [0] }],
  ]);
  const cursors = [hello, created, ...heard].map((each) => cursorOf(each?.id ?? ''));
  expect(cursors).toEqual([...cursors].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  stream.close();
});

test('a stream that begins again gets what it missed, once', async () => {
  const first = await follow(api.admin);
  await first.next();
  await addGroup(api.admin);
  const last = (await first.next()) as Heard;
  first.close();
  const missed = [await addGroup(api.admin), await addGroup(api.admin)];
  const again = await follow(api.admin, 'stream', last.id);
  expect([await again.next(), await again.next()].map((each) => each?.data.id)).toEqual(missed);
  expect((await again.next())?.event).toBe('hello');
  const id = await addGroup(api.admin);
  expect((await again.next())?.data.id).toBe(id);
  again.close();
});

test.each(['nonsense', '0-0', '99999999999-1'])('a cursor that is not known (%s) means: read anew', async (cursor) => {
  const stream = await follow(api.admin, `stream?last_event_id=${cursor}`);
  expect((await stream.next())?.event).toBe('reset');
  expect((await stream.next())?.event).toBe('hello');
  stream.close();
});

test('a cursor that was deleted means: read anew; the newest one stays', async () => {
  const stream = await follow(api.admin);
  await stream.next();
  await addGroup(api.admin);
  const old = (await stream.next()) as Heard;
  await addGroup(api.admin);
  const newest = (await stream.next()) as Heard;
  stream.close();
  await sql`update live_event set created_at = created_at - interval '1 day'`.execute(api.db);
  await pruneEvents(api.db);
  const late = await follow(api.admin, 'stream', old.id);
  expect((await late.next())?.event).toBe('reset');
  late.close();
  const idle = await follow(api.admin, 'stream', newest.id);
  expect((await idle.next())?.event).toBe('hello');
  idle.close();
});

test('other organizations hear nothing', async () => {
  const stranger = await api.user('eve', 'admin', await api.organization('Elsewhere'));
  const dock = (await stranger.post('integrations/', { type: 'webhook', name: 'dock' })).body.id;
  const theirs = await follow(stranger);
  await theirs.next();
  await addGroup(api.admin);
  const own = await addGroup(stranger, dock);
  expect((await theirs.next())?.data.id).toBe(own);
  theirs.close();
});

test('only the topics that were asked for are told, and only to whom they are meant for', async () => {
  const ben = await api.user('ben', 'editor');
  const bens = await follow(ben, 'stream?topics=user');
  const all = await follow(api.admin, 'stream?topics=user,alert_group');
  await Promise.all([bens.next(), all.next()]);
  const id = await addGroup(api.admin);
  await inTransaction(api.db, (tx) =>
    addLiveEvents(tx, [
      { organizationId: ben.org, type: 'user.link', objectId: ben.id, userId: ben.id, data: { channel: 'telegram' } },
      { organizationId: ben.org, type: 'user.link', objectId: api.admin.id, userId: api.admin.id },
    ]),
  );
  expect(await bens.next()).toMatchObject({ event: 'user.link', data: { id: ben.id, channel: 'telegram' } });
  expect((await all.next())?.data.id).toBe(id);
  expect(await all.next()).toMatchObject({ event: 'user.link', data: { id: api.admin.id } });
  bens.close();
  all.close();
  const refused = await api.admin.get('stream?topics=weather');
  expect([refused.status, refused.body]).toEqual([400, { topics: ['"weather" is not a valid choice.'] }]);
});

test('edits of schedules and who goes on call are told, of schedules that one sees', async () => {
  const stream = await follow(api.admin, 'stream?topics=schedule,oncall');
  await stream.next();
  const schedule = { name: 'Night', type: 'web', time_zone: 'UTC' };
  const { id } = (await api.admin.post('schedules/', schedule)).body;
  expect(await stream.next()).toMatchObject({ event: 'schedule.changed', data: { id } });
  await api.admin.put(`schedules/${id}`, { ...schedule, name: 'Late' });
  expect(await stream.next()).toMatchObject({ event: 'schedule.changed', data: { id } });
  await sql`insert into schedule_event (organization_id, schedule_id, at, type, user_ids, former_user_ids)
    values (${api.admin.org}, ${id}, ${api.clock.now()}, 'hand_over', ${[api.admin.id]}::text[], '{}')`.execute(api.db);
  expect(await stream.next()).toMatchObject({ event: 'oncall.changed', data: { id, users: [api.admin.id] } });
  expect((await api.admin.delete(`schedules/${id}`)).status).toBe(204);
  expect(await stream.next()).toMatchObject({ event: 'schedule.changed', data: { id } });
  stream.close();
});

test('without a valid token there is no stream', async () => {
  const refused = await follow({ ...api.admin, token: 'f'.repeat(64) });
  expect(refused.answer.status).toBe(403);
  refused.close();
});

test('a change that commits after later ones were told is told in its place', async () => {
  const stream = await follow(api.admin);
  await stream.next();
  const early = await api.db.startTransaction().execute();
  await addLiveEvents(early as never, [{ organizationId: api.admin.org, type: 'settings.changed', objectId: 'early' }]);
  await addLiveEvents(api.db as never, [{ organizationId: api.admin.org, type: 'settings.changed', objectId: 'late' }]);
  await early.commit().execute();
  expect([(await stream.next())?.data.id, (await stream.next())?.data.id]).toEqual(['early', 'late']);
  stream.close();
});

test('alert groups that open together are told one by one, all of them again where the connection was lost between two', async () => {
  const stream = await follow(api.admin);
  const hello = await stream.next();
  const now = api.clock.now();
  const ids = [newTimeId('I', now), newTimeId('I', now)];
  await sql`insert into alert_group (organization_id, id, number, integration_id, grouping_key, title, received_at, started_at)
    select ${api.admin.org}, g.id, 1000000 + g.place, ${integrationId}, g.id, 'Crane', ${now}, ${now}
    from unnest(${ids}::text[]) with ordinality as g (id, place)`.execute(api.db);
  const heard = [await stream.next(), await stream.next()];
  stream.close();
  expect(heard.map((each) => [each?.event, each?.data.id])).toEqual(ids.map((id) => ['alert_group.created', id]));
  expect(heard[0]?.id).toBe(hello?.id);

  const idsFrom = async (lastEventId: string | undefined) => {
    const again = await follow(api.admin, 'stream', lastEventId);
    const told = [(await again.next())?.data.id, (await again.next())?.data.id];
    again.close();
    return told;
  };
  expect(await idsFrom(heard[0]?.id)).toEqual(ids);
});

test('calls of webhooks and settings that change are told', async () => {
  const stream = await follow(api.admin);
  await stream.next();
  const webhook = { name: 'Told', url: 'http://127.0.0.1:9/', http_method: 'POST', trigger_type: 'acknowledge' };
  const { id } = (await api.admin.post('webhooks/', webhook)).body;
  expect((await api.admin.post(`webhooks/${id}/test/`, {})).status).toBe(200);
  expect(await stream.after('ping')).toMatchObject({ event: 'webhook.called', data: { id } });
  const banner = { title: 'Fog', body: 'Cranes stand still.' };
  expect((await api.admin.put('organizations/current/settings', { banner })).status).toBe(200);
  expect(await stream.after('ping')).toMatchObject({ event: 'settings' });
  stream.close();
});

test('a transaction that takes long holds nothing up, and is followed by a reset', async () => {
  const stream = await follow(api.admin);
  await stream.next();
  const long = await api.db.startTransaction().execute();
  await addLiveEvents(long as never, [{ organizationId: api.admin.org, type: 'settings.changed', objectId: 'long' }]);
  await sql`insert into live_event (organization_id, type, object_id, created_at)
    values (${api.admin.org}, 'settings.changed', 'short', clock_timestamp() - interval '6 s')`.execute(api.db);
  expect((await stream.next())?.data.id).toBe('short');
  await long.commit().execute();
  expect((await stream.next())?.event).toBe('reset');
  stream.close();
});

test('pings carry the cursor; a revoked token ends its stream at the next one', async () => {
  const own = await startApi({ streamPingMs: 20 });
  await own.app.listen({ port: 0, host: '127.0.0.1' });
  const stream = await follow(own.admin, 'stream', undefined, own);
  const hello = await stream.next();
  expect(await stream.next()).toEqual({ id: hello?.id, event: 'ping', data: { at: '2026-03-02T09:00:00.000Z' } });
  await sql`update api_token set revoked_at = ${own.clock.now()} where organization_id = ${own.admin.org}`.execute(own.db);
  expect(await stream.after('ping')).toBeNull();
  await end(own);
});

test('a page that goes away is followed no longer; the end of the server ends the others', async () => {
  const own = await startApi();
  await own.app.listen({ port: 0, host: '127.0.0.1' });
  const [gone, stays] = [await follow(own.admin, 'stream', undefined, own), await follow(own.admin, 'stream', undefined, own)];
  await Promise.all([gone.next(), stays.next()]);
  expect(own.ctx.live.followers()).toBe(2);
  gone.close();
  await expect.poll(() => own.ctx.live.followers()).toBe(1);
  const closed = own.app.close();
  expect(await stays.next()).toBeNull();
  own.app.server.closeAllConnections();
  await closed;
  expect(own.ctx.live.followers()).toBe(0);
  await own[Symbol.asyncDispose]();
});
