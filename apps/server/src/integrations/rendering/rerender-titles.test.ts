import { expect, test } from 'vitest';
import { inTransaction } from '../../platform/db/create-db.ts';
import { startApi } from '../../testing/api.ts';
import { openAtOnce } from '../pipeline/open-at-once.ts';
import { rerenderTitles } from './rerender-titles.ts';

test('a new title template reaches the titles of open groups, and the search; resolved ones keep theirs', async () => {
  await using api = await startApi();
  const { admin, db, clock } = api;
  const { id: integrationId } = (await admin.post('integrations/', { type: 'webhook', name: 'dock' })).body;
  const open = (payload: object) =>
    inTransaction(db, (tx) =>
      openAtOnce(tx, api.ctx.open, { organizationId: admin.org, integrationId, payload: JSON.stringify(payload) }),
    );
  const [fires, done] = [await open({ title: 'Crane', host: 'q1' }), await open({ title: 'Pump', host: 'q2' })];
  await admin.post(`alert_groups/${done}/resolve`);
  const titles = async () => Promise.all([fires, done].map(async (id) => (await admin.get(`alert_groups/${id}`)).body.title));
  const before = await titles();
  const rerender = () => rerenderTitles({ db, clock, templates: api.ctx.open.templates }, clock.now());
  expect(await rerender()).toEqual({ ran: 0, nextDueAt: null });

  clock.advance({ seconds: 60 });
  await admin.put(`integrations/${integrationId}`, { templates: { web: { title: 'On {{ payload.host }}' } } });
  expect((await rerender()).ran).toBe(1);
  expect(await titles()).toEqual(['On q1', before[1]]);
  expect((await admin.get('alert_groups?search=on%20q')).body.results.map(({ id }: { id: string }) => id)).toEqual([fires]);
  expect(await rerender()).toEqual({ ran: 0, nextDueAt: null });

  await admin.put(`integrations/${integrationId}`, { templates: { web: { title: '{{ payload.host.nothing.more }}' } } });
  await admin.put(`integrations/${integrationId}`, { templates: { web: { title: null } } });
  await rerender();
  expect((await titles())[0]).toBe(before[0]);
});
