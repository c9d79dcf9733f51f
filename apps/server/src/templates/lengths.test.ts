import { expect, test } from 'vitest';
import { createSystemClock } from '../platform/clock.ts';
import { inlineRenderer } from '../testing/inline-renderer.ts';
import { createTemplates, PayloadSource } from './index.ts';

const lengths = { template: 40, result: 10, title: 5 };
const templates = createTemplates({ clock: createSystemClock(), pool: inlineRenderer, lengths });
const render = (source: string) => templates.render(source, { payload: new PayloadSource('{}') });

test('a template may be as long as the settings say', async () => {
  expect(await render('x'.repeat(41))).toMatchObject({ ok: false, text: 'Template E..' });
  expect(await render(`${'🔥'.repeat(3)}{# ${'x'.repeat(31)} #}`)).toMatchObject({ ok: true, text: '🔥'.repeat(3) });
});

test('what is rendered is cut where the settings say', async () => {
  expect(await render(`{{ 'x' * 10 }}`)).toMatchObject({ text: 'x'.repeat(10) });
  expect(await render(`{{ 'x' * 11 }}`)).toMatchObject({ text: `${'x'.repeat(10)}..` });
});
