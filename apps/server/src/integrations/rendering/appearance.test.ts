import { expect, test } from 'vitest';
import { createSystemClock } from '../../platform/clock.ts';
import { createTemplates, PayloadSource } from '../../templates/index.ts';
import { inlineRenderer } from '../../testing/inline-renderer.ts';
import type { Channel, StoredTemplates } from '../template-names.ts';
import { renderAppearance, renderForEmail } from './appearance.ts';

const templates = createTemplates({ clock: createSystemClock(), pool: inlineRenderer });

const render = (channel: Channel, stored: StoredTemplates, payload: unknown, type = 'formatted_webhook') =>
  renderAppearance(
    templates,
    {
      group: { number: 7, link: 'https://tocsin.example.net/g/I1', labels: { team: 'db' } },
      integration: { type, name: 'Shop', templates: stored, defaultTemplates: 'tocsin' },
      payload: new PayloadSource(JSON.stringify(payload)),
    },
    channel,
  );

test('an own template comes first, then the default of the type, then for e-mail its web default', async () => {
  const payload = { title: 'T', message: 'M' };
  expect((await render('web', { web: { title: 'own {{ payload.title }}' } }, payload)).title).toBe('own T');
  expect((await render('web', { web: { title: '' } }, payload)).title).toBe('T');
  expect((await render('email', { web: { title: 'own' } }, payload)).title).toBe('T');
});

test('every variable of templates.md 2 is there, labels too', async () => {
  const all =
    '{{ integration_name }}|{{ source_link }}|{{ grafana_oncall_link }}|{{ grafana_oncall_alert_group_id }}|{{ grafana_oncall_incident_id }}|{{ labels.team }}|{{ web_title }}|{{ web_message }}|{{ web_image_url }}';
  const payload = { title: '**T** & <b>', message: 'M', link_to_upstream_details: 'https://s.example.net' };
  const { title } = await render('mattermost', { mattermost: { title: all } }, payload);
  expect(title).toBe('Shop|https://s.example.net|https://tocsin.example.net/g/I1|7|7|db|**T** & <b>|M|');
});

test('None is no title, and channels without one say what it is', async () => {
  expect((await render('sms', { sms: { title: '{{ None }}' } }, {})).title).toBe('Incident');
  expect((await render('web', { web: { title: ' ' } }, {})).title).toBe('Alert');
  expect((await render('email', { email: { title: '{{ None }}' } }, {})).title).toBeNull();
});

test('people get the default where a template fails, with a line that says so, and not its error', async () => {
  const stored = { email: { title: '{{ payload.a.b.c }}', message: '{{ 1 / 0 }}' } };
  const { title, message, failures } = await render('email', stored, { title: 'T', message: 'M' });
  expect(title).toBe('T');
  expect(message).toContain('M');
  expect(message).toContain('template email.title fails');
  expect(message).not.toContain('Template Error');
  expect(failures).toEqual([
    { name: 'email.title', text: "Template Warning: 'dict object' has no attribute 'a'" },
    { name: 'email.message', text: 'Template Error: division by zero' },
  ]);
});

test('an image that is no address is no image on the web', async () => {
  expect((await render('web', {}, { image_url: 'prtg.example.net/x.png' })).imageUrl).toBeNull();
  expect((await render('web', {}, { image_url: 'https://i.example.net/x.png' })).imageUrl).toBe('https://i.example.net/x.png');
});

test('templates change only their own copy of the payload', async () => {
  const stored = { web: { title: "{{ payload.pop('title') }}", message: '{{ payload.title }}' } };
  expect(await render('web', stored, { title: 'T' })).toMatchObject({ title: 'T', message: '<p>T</p>' });
});

test('Telegram templates see an escaped payload', async () => {
  expect((await render('telegram', {}, { title: 't', message: 'a < b :fire:' })).message).toBe('a &lt; b 🔥');
});

test('pages by e-mail are rendered in their order, one without alerts as nothing', async () => {
  const integration = { type: 'webhook', name: 'Hook', templates: {}, defaultTemplates: 'tocsin' };
  const page = (number: number, firstPayload: string | null) => ({
    group: { id: `I${number}`, number, labels: {} },
    integration,
    firstPayload,
  });
  const rendered = await renderForEmail(templates, [page(1, '{"a":1}'), page(2, null)], (id) => `https://t.example.net/${id}`);
  expect(rendered[0]?.title).toBe('Incident');
  expect(rendered[0]?.messageHtml).toContain('&quot;a&quot;: 1');
  expect(rendered[1]).toEqual({ title: null, messageHtml: null });
});

test('titles and messages are cut where the settings say', async () => {
  const short = createTemplates({
    clock: createSystemClock(),
    pool: inlineRenderer,
    lengths: { template: 1_000, result: 20, title: 5 },
  });
  const integration = {
    type: 'webhook',
    name: 'Shop',
    defaultTemplates: 'tocsin' as const,
    templates: { web: { title: 'a long title', message: 'x'.repeat(30) } },
  };
  const payload = new PayloadSource('{}');
  const group = { number: 7, link: 'https://tocsin.example.net/alert-groups/I1', labels: {} };
  const { title, message } = await renderAppearance(short, { group, integration, payload }, 'web');
  expect([title, message?.length]).toEqual(['a lon..', 22]);
});
