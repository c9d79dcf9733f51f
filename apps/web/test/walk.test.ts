import { afterAll, beforeAll, describe, expect, vi } from 'vitest';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

let world: World;
const ids = { group: '', integration: '', chain: '', schedule: '', webhook: '' };
beforeAll(async () => {
  if (!hasBrowser) return;
  world = await startWorld();
  const { admin } = world;
  const { id, link } = await world.integration('Probes', { templates: { web: { title: '{{ payload.title }}' } } });
  ids.integration = id;
  ids.chain = (await admin.api<{ id: string }>('POST', 'escalation_chains/', { name: 'Night' })).id;
  ids.schedule = (await admin.api<{ id: string }>('POST', 'schedules/', { type: 'web', name: 'Docks', time_zone: 'UTC' })).id;
  ids.webhook = (
    await admin.api<{ id: string }>('POST', 'webhooks/', {
      name: 'Ticket',
      url: 'https://tracker.example/api',
      http_method: 'POST',
      trigger_type: 'acknowledge',
    })
  ).id;
  await world.alert(link, { title: 'A very long title of an alert group that does not fit on a phone by far' });
  ids.group = await vi.waitFor(
    async () => {
      const [group] = (await admin.api<{ results: { id: string }[] }>('GET', 'alert_groups/')).results;
      if (group === undefined) throw new Error('The alert group is not there yet');
      return group.id;
    },
    { timeout: 60_000 },
  );
});
afterAll(() => world?.[Symbol.asyncDispose]());

/** Every page, and who else than an admin may enter: `none` is a person without any rights. */
const PAGES: readonly (readonly [path: () => string, title: RegExp, forNone: boolean])[] = [
  [() => '/', /Hello/, true],
  [() => '/welcome', /Welcome/, true],
  [() => '/alert-groups', /Alert groups/, false],
  [() => `/alert-groups/${ids.group}`, /very long title/, false],
  [() => '/integrations', /Integrations/, false],
  [() => `/integrations/${ids.integration}`, /Probes/, false],
  [() => `/integrations/${ids.integration}/templates`, /Templates of Probes/, false],
  [() => '/escalations', /Escalation chains/, false],
  [() => `/escalations/${ids.chain}`, /Night/, false],
  [() => '/schedules', /Schedules/, false],
  [() => `/schedules/${ids.schedule}`, /Docks/, false],
  [() => '/users', /Users/, false],
  [() => '/users/me', /ada/, true],
  [() => '/users/me?tab=hours', /ada/, true],
  [() => '/users/me?tab=rules', /ada/, true],
  [() => '/users/me?tab=security', /ada/, true],
  [() => '/teams', /Teams/, false],
  [() => '/outgoing_webhooks', /Outgoing webhooks/, false],
  [() => `/outgoing_webhooks/${ids.webhook}`, /Ticket/, false],
  [() => '/readiness', /Readiness/, false],
  [() => '/chat-ops', /Chat/, true],
  [() => '/settings/organization', /Organization/, false],
  [() => '/settings/env', /Server/, false],
  [() => '/settings/tokens', /tokens/i, false],
  [() => '/settings/service-accounts', /Service accounts/, false],
  [() => '/settings/roles', /Roles/, false],
  [() => '/settings/audit', /Audit log/, false],
  [() => '/no/such/page', /nothing here/, true],
];

describe('every page', () => {
  browserTest('is accessible in the dark on a small phone, and does not scroll sideways', { timeout: 240_000 }, async () => {
    const page = await world.open({ as: world.admin, width: 360, height: 640, theme: 'dark', phone: true });
    const problems: string[] = [];
    for (const [path, title] of PAGES) {
      await page.goto(path());
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await page.locator('[role="status"][aria-label^="Loading"]').first().waitFor({ state: 'detached' });
      await expectAccessible(page).catch((error: unknown) => problems.push(`${path()}: ${String(error)}`));
    }
    expect(problems).toEqual([]);
  });

  browserTest('without the rights for it says so, and where to go', { timeout: 120_000 }, async () => {
    const nobody = await world.person('nobody', 'none');
    const page = await world.open({ as: nobody });
    for (const [path, , isOpen] of PAGES) {
      if (isOpen) continue;
      await page.goto(path());
      const refusal = page.getByRole('heading', { level: 1, name: /You may not see this page|nothing here|No settings/ });
      await refusal
        .or(page.getByText(/need the permission|no settings/i).first())
        .first()
        .waitFor();
    }
  });
});

browserTest('addresses of the former plugin lead to the page of today, with their query', async () => {
  const page = await world.open({ as: world.admin, path: `/a/grafana-oncall-app/incidents/${ids.group}` });
  await page.getByRole('heading', { level: 1, name: /very long title/ }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/alert-groups/${ids.group}`);
  await page.goto('/settings?tab=TeamsSettings');
  await page.getByRole('heading', { level: 1, name: 'Teams' }).waitFor();
});

browserTest('the product can be installed', async () => {
  const page = await world.open({ as: world.admin, path: '/' });
  await page.getByRole('heading', { level: 1 }).waitFor();
  const manifest = await (await fetch(`${world.url}/manifest.webmanifest`)).json();
  expect(manifest).toMatchObject({ id: '/', display: 'standalone', start_url: '/' });
  for (const { src, sizes, type } of manifest.icons as { src: string; sizes: string; type: string }[]) {
    const icon = await fetch(world.url + src);
    expect([icon.status, icon.headers.get('content-type')]).toEqual([200, type]);
    if (sizes === 'any') continue;
    const drawn = await page.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, src);
    expect(drawn).toBe(sizes);
  }
  const worker = await fetch(`${world.url}/sw.js`);
  expect([worker.status, worker.headers.get('cache-control')]).toEqual([200, 'no-cache']);
});
