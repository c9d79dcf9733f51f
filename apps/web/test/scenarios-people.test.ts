import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

// The scenarios of people, roles, schedules and of the whole product; their names end with the scenarios'.

type Made = { id: string };
let world: World;
beforeAll(async () => {
  if (hasBrowser) world = await startWorld();
});
afterAll(() => world?.[Symbol.asyncDispose]());

browserTest('arrows go from turn to turn of a month, and the focus comes back from what Enter opens (SC-9)', async () => {
  const ben = await world.person('ben', 'editor');
  const schedule = await world.admin.api<Made>('POST', 'schedules/', { type: 'web', name: 'Month', time_zone: 'Europe/Oslo' });
  await world.admin.api('POST', 'on_call_shifts/', {
    type: 'rolling_users',
    source: 0,
    schedule: schedule.id,
    name: 'Weekly',
    start: '2026-01-05T09:00:00',
    rotation_start: '2026-01-05T09:00:00',
    duration: 604_800,
    frequency: 'weekly',
    week_start: 'MO',
    interval: 1,
    rolling_users: [[world.admin.id], [ben.id]],
    start_rotation_from_user_index: 0,
    level: 1,
    time_zone: 'Europe/Oslo',
  });
  const page = await world.open({ as: world.admin, path: `/schedules/${schedule.id}?view=month&date=2026-03-04` });
  const turns = page.getByRole('region', { name: 'On call', exact: true }).getByRole('button');
  await turns.nth(2).waitFor();
  await page.getByRole('region', { name: 'Calendar' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  const label = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  const second = await label();
  expect(second).toMatch(/^(ada|ben), /);
  await page.keyboard.press('ArrowDown');
  expect(
    await page
      .getByRole('region', { name: 'Weekly' })
      .getByRole('button')
      .evaluateAll((all) => all.includes(document.activeElement as never)),
  ).toBe(true);
  await page.keyboard.press('ArrowUp');
  expect(await label()).toBe(second);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Override this' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await expect.poll(label).toBe(second);
  expect(new URL(page.url()).searchParams.get('date')).toBe('2026-03-04');
});

browserTest('everything from signing in to signing out is done by the keyboard (X-7)', async () => {
  const kim = await world.person('kim', 'admin');
  const { link } = await world.integration('Keys', {
    templates: { grouping_key: '{{ payload.title }}', web: { title: '{{ payload.title }}' } },
  });
  for (const title of ['Key one', 'Key two']) await world.alert(link, { title });
  const page = await world.open({ as: null, path: '/login' });
  const keys = async (...pressed: string[]) => {
    for (const key of pressed) await page.keyboard.press(key);
  };
  // At once: the second key counts for a second after the first, and a busy page takes its time to answer each.
  const goTo = (key: string) => Promise.all([page.keyboard.press('g'), page.keyboard.press(key)]);
  await page.getByLabel('User name or e-mail').waitFor();
  await page.keyboard.type(kim.username);
  await keys('Tab');
  await page.keyboard.type(kim.password);
  await keys('Enter');
  await page.getByRole('heading', { name: 'Hello, kim' }).waitFor();

  await goTo('e');
  await page.getByRole('heading', { name: 'Escalation chains', level: 1 }).waitFor();
  await keys('c');
  await page.getByRole('dialog', { name: 'New escalation chain' }).waitFor();
  await page.keyboard.type('By hand');
  await keys('Enter');
  await page.getByRole('heading', { name: 'By hand', level: 1 }).waitFor();

  await goTo('s');
  await page.getByRole('heading', { name: 'Schedules', level: 1 }).waitFor();
  await keys('c');
  await page.getByRole('dialog', { name: 'New schedule' }).waitFor();
  await page.keyboard.type('Keyboard watch');
  await keys('Enter');
  await page.getByRole('heading', { name: 'Keyboard watch', level: 1 }).waitFor();
  await keys('r');
  const drawer = page.getByRole('dialog', { name: 'New rotation' });
  await drawer.waitFor();
  const people = drawer.getByRole('combobox', { name: 'People' });
  for (let presses = 0; presses < 40; presses += 1) {
    if (await people.evaluate((field) => field === document.activeElement)) break;
    await keys('Tab');
  }
  await page.keyboard.type('kim');
  await page.getByRole('option', { name: /^kim/ }).waitFor();
  await keys('ArrowDown', 'Enter', 'Escape');
  const add = drawer.getByRole('button', { name: 'Add rotation' });
  for (let presses = 0; presses < 60; presses += 1) {
    if (await add.evaluate((button) => button === document.activeElement)) break;
    await keys('Tab');
  }
  await keys('Enter');
  await drawer.waitFor({ state: 'detached' });
  await page.getByRole('region', { name: 'On call', exact: true }).getByRole('button', { name: /^kim/ }).first().waitFor();

  await goTo('a');
  const list = page.getByRole('list', { name: 'Alert groups' });
  await list.getByRole('listitem').nth(1).waitFor();
  await keys('j', 'a');
  await page.getByText(/#\d+ acknowledged/).waitFor();
  await keys('j', 's');
  await page.getByLabel('How long').fill('2h');
  await keys('Enter');
  await page.getByText(/#\d+ silenced/).waitFor();
  await keys('Control+k');
  await page.getByRole('combobox', { name: /Search pages/ }).waitFor();
  await page.keyboard.type('sign out');
  await keys('Enter');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

browserTest('a role of one’s own lets an editor do more, and nobody grants what they lack (RO-1, RO-2, RO-3, US-4)', async () => {
  const eve = await world.person('eve', 'editor');
  const page = await world.open({ as: eve, path: '/integrations' });
  const create = page.getByRole('button', { name: 'New integration' }).first();
  expect(await create.getAttribute('aria-disabled')).toBe('true');
  await page.goto(`/users/${world.admin.id}?tab=rules`);
  await page.getByRole('heading', { name: 'ada', level: 1 }).waitFor();
  expect(await page.getByRole('button', { name: 'Add default rule' }).count()).toBe(0);

  await world.admin.api('POST', 'roles/', { name: 'Connector', description: 'Connects', permissions: ['integrations:write'] });
  const admin = await world.open({ as: world.admin, path: `/users/${eve.id}` });
  await admin.getByRole('combobox', { name: 'Added roles' }).fill('Connector');
  await admin.getByRole('option', { name: /Connector/ }).click();
  await admin.keyboard.press('Escape');
  await admin.getByRole('button', { name: 'Save profile' }).click();
  await admin.getByText('Saved', { exact: true }).waitFor();
  await page.goto('/integrations');
  await create.click();
  await page.getByRole('button', { name: /^Webhook/ }).click();
  await page.getByLabel('Name', { exact: true }).fill('Made by a role');
  await page.getByRole('button', { name: 'Create integration' }).click();
  await page.getByRole('heading', { name: 'Made by a role', level: 1 }).waitFor();

  await admin.goto('/settings/roles');
  await admin.getByLabel('Role', { exact: true }).selectOption({ label: 'Connector' });
  await admin.getByRole('button', { name: 'Delete the role Connector' }).click();
  const dialog = admin.getByRole('dialog', { name: 'Delete the role Connector?' });
  await dialog.getByRole('list', { name: 'Who has it' }).getByText('eve').waitFor();
  expect(await dialog.getByRole('button', { name: 'Delete role' }).getAttribute('aria-disabled')).toBe('true');
  await dialog.getByLabel('They get instead').selectOption({ label: 'Integrations Editor' });
  await admin.route('**/roles/fixed%3Aintegrations-editor/assignments', (route) =>
    route.request().method() === 'PUT' ? route.abort() : route.continue(),
  );
  await dialog.getByRole('button', { name: 'Delete role' }).click();
  await dialog
    .getByRole('alert')
    .getByText(/Nothing was changed/)
    .waitFor();
  await admin.unroute('**/roles/fixed%3Aintegrations-editor/assignments');
  await dialog.getByRole('button', { name: 'Delete role' }).click();
  await admin.getByText('Who had it has Integrations Editor now.').waitFor();
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => admin.getByLabel('Role', { exact: true }).getByRole('option', { name: 'Connector' }).count()).toBe(0);
  expect(await world.admin.api('GET', 'roles/fixed:integrations-editor/assignments')).toMatchObject({ users: [eve.id] });

  await world.admin.api('POST', 'roles/', {
    name: 'Role keeper',
    description: '',
    permissions: ['roles:write', 'other-settings:read'],
  });
  const roles = (await world.admin.api<{ results: { id: string; name: string }[] }>('GET', 'roles/?perpage=100')).results;
  const keeper = roles.find(({ name }) => name === 'Role keeper');
  await world.admin.api('PUT', `roles/${keeper?.id}/assignments`, { users: [eve.id] });
  await page.goto('/settings/roles');
  await page.getByRole('button', { name: 'New role' }).click();
  const drawer = page.getByRole('dialog', { name: 'New role' });
  await drawer.getByText('You do not have it yourself.').first().waitFor();
  expect(await drawer.getByRole('checkbox', { disabled: true }).count()).toBeGreaterThan(0);
});

browserTest('an admin views the product as a role, changes nothing meanwhile, and comes back (RO-4)', async () => {
  const other = await world.admin.api<{ id: string }>('POST', 'escalation_chains/', { name: 'Seen by many' });
  const page = await world.open({ as: world.admin, path: '/settings/roles' });
  await page.getByRole('button', { name: 'View as…' }).click();
  const dialog = page.getByRole('dialog', { name: 'View as a role' });
  await dialog.getByLabel('Role').selectOption({ label: 'Viewer' });
  await expectAccessible(page, '[role="dialog"]');
  await dialog.getByRole('button', { name: 'View as this role' }).click();
  const notice = page.getByRole('region', { name: 'Notices' }).getByText(/You are viewing as Viewer/);
  await notice.waitFor();
  await expectAccessible(page);
  expect(await page.getByRole('link', { name: 'Integrations', exact: true }).count()).toBe(1);
  await page.goto(`/escalations/${other.id}`);
  await notice.waitFor();
  expect(await page.getByRole('button', { name: 'Add step' }).getAttribute('aria-disabled')).toBe('true');
  await page.goto('/settings/audit');
  await page.getByRole('heading', { name: 'You may not see this page' }).waitFor();
  await page.getByRole('button', { name: 'Stop viewing as Viewer' }).click();
  await page.getByRole('heading', { name: 'Audit log', level: 1 }).waitFor();
  expect(await notice.count()).toBe(0);

  // A role with rights to write writes as little.
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search pages, objects and commands' }).fill('view as edit');
  await page.getByRole('option', { name: /^View as Editor.*basic role/ }).click();
  await page.getByText(/You are viewing as Editor/).waitFor();
  const writes: string[] = [];
  page.on('request', (request) => request.method() !== 'GET' && writes.push(request.url()));
  await page.goto('/schedules');
  await page.getByRole('button', { name: 'New schedule' }).first().click();
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Not to be');
  await page.getByRole('dialog').getByRole('button', { name: 'Create schedule' }).click();
  await page.getByText('You are viewing as Editor: nothing can be changed until you stop.').first().waitFor();
  expect(writes).toEqual([]);
  const { results } = await world.admin.api<{ results: { action: string; note: string | null }[] }>(
    'GET',
    'audit/?action=role_view_started',
  );
  expect(results.map(({ note }) => note)).toEqual(['Editor', 'Viewer']);
});

browserTest('a token needs a name of its own, and a webhook an address outside (TK-5, WH-6)', async () => {
  const page = await world.open({ as: world.admin, path: '/settings/tokens' });
  await page.getByRole('button', { name: 'New token' }).first().click();
  await page.getByRole('button', { name: 'Create token' }).click();
  await page.locator('[id$="-error"]').first().waitFor();
  await page.getByLabel('Name').fill('test');
  await page.getByRole('button', { name: 'Create token' }).click();
  await page
    .getByText(/already/)
    .first()
    .waitFor();
  await page.goto('/outgoing_webhooks');
  await page.getByRole('button', { name: 'New webhook' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('Inward');
  await page.getByLabel('URL').fill('http://127.0.0.1:9/');
  await page.getByRole('button', { name: 'Create webhook' }).click();
  await page.getByRole('heading', { name: 'Inward', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Test call' }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const result = page.getByRole('region', { name: 'Result' });
  await result.getByText(/inside the network, .* OUTBOUND_ALLOWED_HOSTS/).waitFor();
});

/** The texts of a list's rows. */
const rowsOf = async (page: Page, caption: string) => {
  const rows = page.getByRole('table', { name: caption }).getByRole('row');
  return (await rows.allInnerTexts()).slice(1).map((text) => text.split(/[\n\t]/)[0]);
};

browserTest('a filtered and sorted list is the same in another browser by its address (X-4)', async () => {
  for (const name of ['Tide A', 'Tide B', 'Moon']) await world.admin.api('POST', 'escalation_chains/', { name });
  for (const name of ['Tide 1', 'Tide 2', 'Moon'])
    await world.admin.api('POST', 'schedules/', { type: 'web', name, time_zone: 'UTC' });
  for (const name of ['Tide x', 'Tide y', 'Moon']) await world.integration(name);
  for (const name of ['Tide hook', 'Tide hook 2', 'Moon'])
    await world.admin.api('POST', 'webhooks/', {
      name,
      url: 'https://a.example/',
      http_method: 'POST',
      trigger_type: 'acknowledge',
    });
  for (const name of ['tide-ann', 'tide-bob']) await world.person(name, 'viewer');
  const page = await world.open({ as: world.admin });
  const other = await world.open({ as: world.admin });
  for (const [path, field, caption] of [
    ['/escalations', 'Find a chain', 'Escalation chains'],
    ['/schedules', 'Find a schedule', 'Schedules'],
    ['/integrations', 'Find by name', 'Integrations'],
    ['/outgoing_webhooks', 'Find by name or address', 'Outgoing webhooks'],
    ['/users', 'Find people', 'Users'],
  ] as const) {
    await page.goto(path);
    await page.getByRole('searchbox', { name: field }).fill('tide');
    await page.waitForURL(/search=tide/);
    await page.getByRole('button', { name: 'Name', exact: true }).click();
    await page.getByRole('button', { name: 'Name', exact: true }).click();
    await page.waitForURL(/sort=-name/);
    await expect.poll(async () => (await rowsOf(page, caption)).length, { message: path }).toBe(2);
    const shown = await rowsOf(page, caption);
    await other.goto(page.url());
    await other.getByRole('table', { name: caption }).waitFor();
    expect(await rowsOf(other, caption), path).toEqual(shown);
    expect(shown, path).toEqual([...shown].sort((a, b) => String(b).localeCompare(String(a))));
  }
});

browserTest('chosen teams narrow alert groups and people, and the choice is taken back above the list', async () => {
  const mia = await world.person('mia', 'editor');
  const team = await world.admin.api<Made>('POST', 'teams/', { name: 'Riggers', members: [mia.id] });
  const titled = { templates: { grouping_key: '{{ payload.title }}', web: { title: '{{ payload.title }}' } } };
  const own = await world.integration('Rigs', { ...titled, team_id: team.id });
  const open = await world.integration('Open water', titled);
  await world.alert(own.link, { title: 'Rope of the riggers' });
  await world.alert(open.link, { title: 'Wave of nobody' });
  const page = await world.open({ as: world.admin, path: '/alert-groups?search=o' });
  const list = page.getByRole('list', { name: 'Alert groups' });
  await list.getByText('Rope of the riggers').waitFor();
  await list.getByText('Wave of nobody').waitFor();
  await page.getByRole('button', { name: 'Teams shown: all' }).click();
  await page.getByLabel('Riggers').check();
  await page.getByRole('button', { name: 'Done' }).click();
  await list.getByText('Wave of nobody').waitFor({ state: 'detached' });
  await page.getByText('Only Riggers').waitFor();
  await page.goto('/users');
  await page.getByRole('table', { name: 'Users' }).getByRole('link', { name: 'mia' }).waitFor();
  expect(await page.getByRole('table', { name: 'Users' }).getByRole('link', { name: 'ada' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Show all teams' }).click();
  await page.getByRole('table', { name: 'Users' }).getByRole('link', { name: 'ada' }).waitFor();
});

browserTest('many people get a role at once, come back by Undo, and are downloaded as a table', async () => {
  const people = [await world.person('row-ann', 'viewer'), await world.person('row-bob', 'viewer')];
  const roles = () =>
    Promise.all(people.map(async ({ id }) => (await world.admin.api<{ role: string }>('GET', `users/${id}/`)).role));
  const page = await world.open({ as: world.admin, path: '/users?search=row-' });
  for (const name of ['row-ann', 'row-bob']) await page.getByRole('checkbox', { name: `Choose ${name}` }).check();
  await page.getByRole('region', { name: 'Chosen people' }).getByRole('button', { name: 'Set role…' }).click();
  await page.getByRole('dialog').getByLabel('Basic role').selectOption('editor');
  await page.getByRole('dialog').getByRole('button', { name: 'Set role' }).click();
  await page.getByText('2 of 2 have the role editor').waitFor();
  expect(await roles()).toEqual(['editor', 'editor']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(roles).toEqual(['viewer', 'viewer']);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV' }).click();
  const file = await (await download).path();
  const [head, ...lines] = (await readFile(file, 'utf8')).trim().split('\r\n');
  expect(head).toBe('username,name,email,role,teams,timezone,on_call');
  expect(lines.map((line) => line.split(',')[0])).toEqual(['row-ann', 'row-bob']);
});

browserTest('readiness tells who could not be reached, and the page of the person how to change that (RD-1)', async () => {
  const rita = await world.person('rita', 'editor');
  const chain = await world.admin.api<Made>('POST', 'escalation_chains/', { name: 'Needs Rita' });
  await world.admin.api('POST', 'escalation_policies/', {
    escalation_chain_id: chain.id,
    type: 'notify_persons',
    persons_to_notify: [rita.id],
  });
  const page = await world.open({ as: world.admin, path: '/readiness?search=rita' });
  const line = page.getByRole('row', { name: /rita/ });
  await line.getByText('Not reachable').waitFor();
  await line.getByText('No mail server is set up.').waitFor();
  await line.getByRole('link', { name: 'Needs Rita' }).waitFor();
  await expectAccessible(page);
  const own = await world.open({ as: rita, path: '/schedules' });
  await own
    .getByRole('region', { name: 'Notices' })
    .getByText(/No page would reach you/)
    .waitFor();
});

browserTest('addresses of the former settings, and a new version of the page, say what is so now', async () => {
  const page = await world.open({ as: world.admin, path: '/live-settings' });
  await page.getByRole('heading', { level: 1, name: 'Server' }).waitFor();
  await expectAccessible(page);
  await page.goto('/settings?tab=ChatOps');
  await page.getByRole('heading', { level: 1, name: 'Chat' }).waitFor();
  await expectAccessible(page);
  await page.getByText('Live', { exact: true }).waitFor();
  // What another build would give: the same page with another script.
  await page.route(`${world.url}/`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace(/assets\/[^"]+\.js/, 'assets/another.js') });
  });
  await world.stopServer();
  await page.getByText('Reconnecting').waitFor();
  await world.startServer();
  const notices = page.getByRole('region', { name: 'Notices' });
  await notices.getByText('The server has a new version of this page.').waitFor();
  await notices.getByRole('button', { name: 'Reload' }).waitFor();
});

/** Contrast of a colour with another (WCAG 2.2, 1.4.3), both as the browser paints them. */
const contrastOf = (page: Page, selector: string) =>
  page.evaluate((wanted) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const luminance = (colour: string): number => {
      if (canvas === null) return 0;
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => {
        const value = part / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const style = getComputedStyle(document.querySelector(wanted) as Element);
    const page_ = getComputedStyle(document.documentElement).backgroundColor;
    const [light, dark] = [luminance(style.color), luminance(page_)].sort((a, b) => b - a) as [number, number];
    return (light + 0.05) / (dark + 0.05);
  }, selector);

browserTest(
  'contrast grows and nothing moves where that is asked for, and a dark page is dark from the start (X-12, X-14)',
  async () => {
    for (const theme of ['light', 'dark'] as const) {
      const page = await world.open({ as: world.admin, theme });
      await page.emulateMedia({ contrast: 'more', reducedMotion: 'reduce', colorScheme: theme });
      await page.goto('/escalations', { waitUntil: 'commit' });
      // The colour of the page is there before anything of it is.
      await page.waitForFunction(() => document.documentElement.dataset.theme !== undefined);
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme);
      await page.getByRole('heading', { level: 1 }).waitFor();
      for (const selector of ['h1', 'header .text-muted', '.text-muted']) {
        expect(await contrastOf(page, selector), `${theme} ${selector}`).toBeGreaterThanOrEqual(7);
      }
      const moving = await page.evaluate(
        () =>
          document.getAnimations().filter((one) => one.playState === 'running' && Number(one.effect?.getTiming().duration) > 1)
            .length,
      );
      expect(moving).toBe(0);
    }
  },
);

browserTest(
  'a setting of the server is set, told what is wrong with it, and set back; editors only read (ST-2, ST-3, ST-4)',
  async () => {
    const page = await world.open({ as: world.admin, path: '/settings/env' });
    const setting = (name: string) =>
      page.getByRole('list', { name: 'Settings' }).getByRole('listitem').filter({ hasText: name });
    const set = async (name: string, value: string) => {
      await page.getByRole('button', { name: `Change ${name}` }).click();
      await page.getByRole('dialog', { name }).getByLabel('Value').fill(value);
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    };
    await set('EMAIL_PORT', '99999');
    await setting('EMAIL_PORT')
      .getByText(/from 1 to 65535/)
      .waitFor();
    await page.getByRole('checkbox', { name: 'Only problems' }).check();
    await setting('EMAIL_FROM_NAME').waitFor({ state: 'detached' });
    await set('EMAIL_PORT', '2525');
    await page.getByRole('checkbox', { name: 'Only problems' }).uncheck();
    await setting('EMAIL_PORT').getByText('set here, else 587').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Set EMAIL_PORT back' }).click();
    await setting('EMAIL_PORT').getByText('environment or default').waitFor();
    const editor = await world.person('edda', 'editor');
    const other = await world.open({ as: editor, path: '/settings/env' });
    const change = other.getByRole('button', { name: 'Change EMAIL_PORT' });
    await change.waitFor();
    expect(await change.getAttribute('aria-disabled')).toBe('true');
  },
);

browserTest('working hours and zone of a person show in the schedules that have them (US-5)', async () => {
  const jun = await world.person('jun', 'editor');
  await jun.api('PATCH', `users/${jun.id}`, { timezone: 'Asia/Tokyo' });
  const schedule = await world.admin.api<Made>('POST', 'schedules/', { type: 'web', name: 'Far east', time_zone: 'UTC' });
  const start = new Date(Date.now() - 3_600_000).toISOString().slice(0, 19);
  await world.admin.api('POST', 'on_call_shifts/', {
    type: 'override',
    source: 0,
    schedule: schedule.id,
    start,
    rotation_start: start,
    duration: 36_000,
    users: [jun.id],
    time_zone: 'UTC',
  });
  const page = await world.open({ as: world.admin, path: `/schedules/${schedule.id}` });
  await page
    .getByRole('list', { name: 'Local times' })
    .getByText(/in Asia\/Tokyo, (at|off) work/)
    .waitFor();
});

browserTest('the organization is renamed twice in a row, and not over what somebody else has saved', async () => {
  const page = await world.open({ as: world.admin, path: '/settings/organization' });
  const card = page.getByRole('region', { name: 'General' });
  const rename = async (name: string) => {
    await card.getByLabel('Name').fill(name);
    await card.getByRole('button', { name: 'Save', exact: true }).click();
  };
  const stored = async () => (await world.admin.api<{ name: string }>('GET', 'organizations/current/settings')).name;
  for (const name of ['Harbour one', 'Harbour two']) {
    await rename(name);
    await expect.poll(stored).toBe(name);
    // The form begins anew together with the toast.
    await page.getByText('Saved the organization').waitFor();
    await page.getByRole('button', { name: 'Dismiss', exact: true }).click();
    await page.getByText('Saved the organization').waitFor({ state: 'detached' });
  }
  await world.admin.api('PUT', 'organizations/current/settings', { name: 'Theirs' });
  await rename('Mine');
  const conflict = card.getByRole('alert', { name: 'Changed meanwhile' });
  await conflict.getByRole('row', { name: 'Name Harbour two Theirs Mine' }).waitFor();
  await conflict.getByRole('button', { name: 'Keep theirs' }).click();
  await expect.poll(() => card.getByLabel('Name').inputValue()).toBe('Theirs');
});
