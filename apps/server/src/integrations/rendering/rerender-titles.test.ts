import { expect, test } from 'vitest';
import { inTransaction } from '../../platform/db/create-db.ts';
import { createLogger } from '../../platform/log.ts';
import { startApi } from '../../testing/api.ts';
import { openAtOnce } from '../pipeline/open-at-once.ts';
import { createTitleRenderer } from './rerender-titles.ts';

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
  const render = createTitleRenderer({ db, clock, templates: api.ctx.open.templates, log: createLogger({ level: 'silent' }) });
  const rerender = () => render(clock.now());
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

  // One integration that fails holds up no other, and is tried again.
  const { id: second } = (await admin.post('integrations/', { type: 'webhook', name: 'yard' })).body;
  const other = await inTransaction(db, (tx) =>
    openAtOnce(tx, api.ctx.open, {
      organizationId: admin.org,
      integrationId: second,
      payload: JSON.stringify({ title: 'Gate' }),
    }),
  );
  const titleOfOther = async () => (await admin.get(`alert_groups/${other}`)).body.title;
  const failing = createTitleRenderer({
    db,
    clock,
    templates: {
      ...api.ctx.open.templates,
      render: (source, context) => {
        if (source.startsWith('Throws')) throw new Error('a renderer that breaks');
        return api.ctx.open.templates.render(source, context);
      },
    },
    log: createLogger({ level: 'silent' }),
  });
  await admin.put(`integrations/${integrationId}`, { templates: { web: { title: 'Throws {{ payload.host }}' } } });
  clock.advance({ seconds: 1 });
  await admin.put(`integrations/${second}`, { templates: { web: { title: 'New {{ payload.title }}' } } });
  await failing(clock.now());
  await failing(clock.now());
  expect(await titleOfOther()).toBe('New Gate');
  expect((await failing(clock.now())).ran).toBe(0);
  clock.advance({ seconds: 60 });
  expect((await rerender()).ran).toBe(1);
  expect((await titles())[0]).toBe('Throws q1');
});
