import { RenderPool } from '@tocsin/jinja';
import { afterAll, expect, test } from 'vitest';
import { createSystemClock } from '../platform/clock.ts';
import { createTemplates, createThreadedRenderer } from './service.ts';
import { PayloadSource } from './values.ts';

const clock = createSystemClock();
const pool = new RenderPool({ inlineMs: 1, limits: { timeMs: 300 } });
const templates = createTemplates({ clock, pool: createThreadedRenderer(pool, clock) });
afterAll(() => pool.close());

const payload = new PayloadSource(`{"n": 1.0, "many": ${JSON.stringify(Array(2_000).fill('x'))}, "text": "${'a'.repeat(40)}!"}`);
const loops = (depth: number): string =>
  `${'{% for a in payload.many %}'.repeat(depth)}{{ loop.index }}${'{% endfor %}'.repeat(depth)}`;

test('a template that never ends is an error, and meanwhile other work goes on', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 5);
  const rendered = await templates.render(loops(4), { payload });
  clearInterval(timer);
  expect(rendered).toMatchObject({ ok: false, kind: 'error', wasSlow: true, text: expect.stringMatching(/^Template Error: /) });
  expect(turns).toBeGreaterThan(3);
});

test('what moves to a thread keeps its numbers and its labels', async () => {
  const slow = `{% for a in payload.many %}{% for b in payload.many[:60] %}{% endfor %}{% endfor %}{{ payload.n }} {{ labels.shard == 3 }} {{ labels.team }}`;
  const labels = new Map<string, unknown>([
    ['shard', 3],
    ['team', 'db'],
  ]);
  const rendered = await templates.render(slow, { payload, labels });
  expect(rendered).toMatchObject({ ok: true, text: '1.0 True db' });
});

test('a pattern that explodes finds nothing', async () => {
  expect(await templates.searchPayload('(a+)+$', payload)).toBe(false);
});
