import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSystemClock } from '../../platform/clock.ts';
import { createTemplates, isTruthy, PayloadSource, type TemplateContext } from '../../templates/index.ts';
import { inlineRenderer } from '../../testing/inline-renderer.ts';
import { ATTRIBUTES, CHANNELS, type TemplateName, templateSource } from '../template-names.ts';
import { findIntegrationType, integrationTypes } from './registry.ts';

type Expected = { grouping?: string; resolve: boolean; acknowledge: boolean; title: string; source: string; message?: string };
type Fixture = { name: string; defaults?: 'reference'; payload: unknown; expected: Expected };

const folder = import.meta.dirname;
const templates = createTemplates({ clock: createSystemClock(), pool: inlineRenderer });

const render = async (source: string | null, context: TemplateContext): Promise<string> => {
  if (source === null) return '';
  const rendered = await templates.render(source, context);
  if (!rendered.ok) throw new Error(rendered.text);
  return rendered.text;
};

const slugs = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'fixtures.json')));
const fixtures = slugs.flatMap((slug) => {
  const cases: Fixture[] = JSON.parse(readFileSync(join(folder, slug, 'fixtures.json'), 'utf8'));
  return cases.map((fixture): [string, Fixture] => [slug, fixture]);
});

test.each(fixtures)('%s: $name', async (slug, fixture) => {
  const { payload, expected } = fixture;
  const defaults = fixture.defaults ?? 'tocsin';
  const type = findIntegrationType(slug);
  if (type === null) throw new Error(`no type ${slug}`);
  const context = { payload: new PayloadSource(JSON.stringify(payload)), labels: {} };
  const text = (name: TemplateName) => render(templateSource({}, type, defaults, name), context);
  const actual = {
    grouping: await text('grouping_key'),
    resolve: isTruthy(await text('resolve_signal')),
    acknowledge: isTruthy(await text('acknowledge_signal')),
    title: (await text('web.title')).trim(),
    source: await text('source_link'),
  };
  expect(actual).toMatchObject(expected);
});

test('every type that was built has fixtures', () => {
  const built = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(built.map((entry) => entry.name)).toEqual(slugs);
});

test.each(integrationTypes().map((type) => [type.slug, type] as const))(
  'all templates of %s render its example',
  async (_slug, type) => {
    const body = type.example as { alerts?: unknown[] };
    const payload = type.body === 'split' || type.body === 'grafana' ? (body.alerts?.[0] ?? body) : body;
    const context = {
      payload: new PayloadSource(JSON.stringify(payload)),
      labels: {},
      integration_name: 'Shop',
      source_link: 'https://source.example.net/',
      grafana_oncall_link: 'https://tocsin.example.net/a/alert-groups/I1',
      grafana_oncall_alert_group_id: 7,
      web_title: 'Title',
      web_message: 'Message',
      web_image_url: null,
    };
    for (const channel of CHANNELS) {
      for (const attribute of ATTRIBUTES) await render(templateSource({}, type, 'tocsin', `${channel}.${attribute}`), context);
    }
    expect((await render(templateSource({}, type, 'tocsin', 'web.title'), context)).trim()).not.toBe('');
  },
);

test('credentials in PRTG bodies are shown by no template', async () => {
  const type = findIntegrationType('prtg');
  if (type === null) throw new Error('no type prtg');
  const payload = {
    title: 'core-sw1 Ping Down',
    message: 'Request timed out',
    image_url: 'https://prtg.example.net/chart.png?username=oncall&passhash=99887766',
    ack_url_get: 'prtg.example.net/api/acknowledgealarm.htm?passhash=99887766',
  };
  const context = { payload: new PayloadSource(JSON.stringify(payload)), integration_name: 'PRTG', source_link: '' };
  for (const channel of CHANNELS) {
    for (const attribute of ATTRIBUTES) {
      expect(await render(templateSource({}, type, 'tocsin', `${channel}.${attribute}`), context)).not.toContain('passhash');
    }
  }
});

test('the alerts that Alertmanager cut off are mentioned', async () => {
  const type = findIntegrationType('alertmanager');
  const payload = { ...(type?.example as object), truncatedAlerts: 12 };
  const context = { payload: new PayloadSource(JSON.stringify(payload)) };
  expect(await render(type?.templates.web.message ?? null, context)).toContain('12 alerts were cut off by the sender');
});
