import { afterAll, beforeAll, expect } from 'vitest';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  if (hasBrowser) world = await startWorld();
});
afterAll(() => world?.[Symbol.asyncDispose]());

const settings = () => world.admin.api<Record<string, unknown>>('GET', 'organizations/current/settings');

browserTest('an admin changes the organization, and what was not touched stays', async () => {
  const before = await settings();
  const page = await world.open({ as: world.admin, path: '/settings/organization' });
  await page.getByRole('heading', { name: 'Organization', level: 1 }).waitFor();
  await expectAccessible(page);
  await page.getByLabel('Name', { exact: true }).fill('');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('This field may not be blank.').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('Harbor and docks');
  await page.getByRole('combobox', { name: 'Default time zone' }).fill('Europe/Osl');
  await page.getByRole('option', { name: 'Europe/Oslo' }).click();
  await page.getByLabel('First day of the week').selectOption({ label: 'Sunday' });
  await page.getByLabel('Remind who acknowledged').selectOption({ label: 'After 3 h' });
  await page.getByLabel('Unacknowledge without an answer').selectOption({ label: 'After 15 min' });
  await page.getByLabel('Require a resolution note').check();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved the organization').waitFor();
  expect(await settings()).toEqual({
    ...before,
    name: 'Harbor and docks',
    default_timezone: 'Europe/Oslo',
    week_start: 'sun',
    acknowledge_remind_timeout: 10_800,
    unacknowledge_timeout: 900,
    is_resolution_note_required: true,
  });
  await expectAccessible(page);
});

browserTest('somebody who may only read sees the settings and why they cannot be saved', async () => {
  const viewer = await world.person('vera', 'viewer');
  const page = await world.open({ as: viewer, path: '/settings', width: 390, phone: true });
  await page.getByRole('heading', { name: 'Organization', level: 1 }).waitFor();
  await page.getByLabel('Require a resolution note').check();
  for (const name of ['Save', 'Save sign-in policy'])
    expect(await page.getByRole('button', { name, exact: true }).getAttribute('aria-disabled')).toBe('true');
  await expectAccessible(page);
});

browserTest('the sign-in policy is changed, and refused where nobody could sign in any more', async () => {
  const page = await world.open({ as: world.admin, path: '/settings/organization' });
  const card = page.getByRole('region', { name: 'Signing in' });
  await card.getByLabel('Days until a session ends').fill('500');
  await card.getByRole('button', { name: 'Save sign-in policy' }).click();
  await card.getByText(/365/).nth(2).waitFor();
  await card.getByLabel('Days until a session ends').fill('20');
  await card.getByLabel('People may sign in by password').uncheck();
  await card.getByRole('button', { name: 'Save sign-in policy' }).click();
  await card
    .getByText(/once an admin has signed in by OpenID Connect\.$/)
    .nth(1)
    .waitFor();
  await expectAccessible(page);
  await card.getByLabel('People may sign in by password').check();
  await card.getByRole('button', { name: 'Save sign-in policy' }).click();
  await page.getByText('Saved the sign-in policy').waitFor();
  expect(await world.admin.api('GET', 'auth/policy')).toMatchObject({ password: true, session_days: 20 });
});

browserTest('notices stand on every page, and those that may be are dismissed for the tab', async () => {
  await world.admin.api('PUT', 'organizations/current/settings', {
    banner: { title: 'Drill at noon.', body: 'Pages today are a test.' },
  });
  const viewer = await world.person('vic', 'viewer');
  const page = await world.open({ as: viewer, path: '/schedules' });
  const notices = page.getByRole('region', { name: 'Notices' });
  await notices.getByText('Drill at noon.').waitFor();
  expect(await notices.getByText(/No mail server/).count()).toBe(0);
  await expectAccessible(page);
  await notices.getByRole('button', { name: 'Dismiss the notice' }).click();
  await notices.waitFor({ state: 'detached' });
  const admin = await world.open({ as: world.admin, path: '/users', width: 390, phone: true, theme: 'dark' });
  await admin
    .getByRole('region', { name: 'Notices' })
    .getByText(/No mail server is set up/)
    .waitFor();
  await expectAccessible(admin);
});
