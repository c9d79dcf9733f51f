import { afterAll, beforeAll, describe, expect } from 'vitest';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  if (hasBrowser) world = await startWorld();
});
afterAll(() => world?.[Symbol.asyncDispose]());

const call = (token: string, method = 'GET', path = 'users/current/') =>
  fetch(`${world.url}/api/v1/${path}`, { method, headers: { authorization: token } });

describe('API tokens', () => {
  browserTest('are shown once, work at once, and end when they are revoked', async () => {
    const page = await world.open({ as: world.admin, path: '/settings/tokens' });
    await page.getByRole('heading', { name: 'API tokens', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'New token' }).first().click();
    await page.getByLabel('Name').fill('Terraform');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByRole('heading', { name: 'Copy the token now' }).waitFor();
    const token = (await page.getByRole('dialog').locator('code').first().textContent()) ?? '';
    expect((await call(token)).status).toBe(200);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('row', { name: /Terraform/ }).waitFor();
    expect(await page.content()).not.toContain(token);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Revoke Terraform' }).click();
    await page.getByRole('button', { name: 'Revoke token' }).click();
    await page.getByText('Revoked the token Terraform').waitFor();
    expect((await call(token)).status).toBe(403);
  });

  browserTest('of another system can be kept', async () => {
    const page = await world.open({ as: world.admin, path: '/settings/tokens' });
    const old = 'b3c1d5e7f9a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b';
    await page.getByRole('button', { name: 'New token' }).first().click();
    await page.getByLabel('Name').fill('Old script');
    await page.getByRole('radio', { name: /Keep an existing one/ }).check();
    await page.getByLabel('Existing token').fill('short');
    await page.getByRole('button', { name: 'Keep this token' }).click();
    await page.getByText('A token has 32 to 512 characters').waitFor();
    await page.getByLabel('Existing token').fill(old);
    await page.getByRole('button', { name: 'Keep this token' }).click();
    await page.getByRole('heading', { name: 'The token is kept' }).waitFor();
    expect((await call(old)).status).toBe(200);
  });
});

browserTest('a service account gets a role of its own and a token that reads only', async () => {
  const page = await world.open({ as: world.admin, path: '/settings/roles' });
  await page.getByRole('button', { name: 'New role' }).click();
  await page.getByLabel('Name').fill('Chain reader');
  await page.getByRole('group', { name: 'Escalation chains' }).getByLabel('Read').check();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save role' }).click();
  await page.getByText('Saved the role Chain reader').waitFor();
  await expectAccessible(page);

  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Service accounts' }).click();
  await page.getByRole('button', { name: 'New service account' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('Deploys');
  await page.getByLabel('More roles').fill('Chain r');
  await page.getByRole('option', { name: /Chain reader/ }).click();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Create service account' }).click();
  await page.getByRole('button', { name: 'Tokens of Deploys' }).click();
  await page.getByRole('button', { name: 'New token' }).click();
  await page.getByRole('dialog', { name: 'New token of Deploys' }).getByLabel('Name', { exact: true }).fill('ci');
  await page.getByRole('button', { name: 'Create token' }).click();
  const token = (await page.getByRole('dialog', { name: 'Copy the token now' }).locator('code').first().textContent()) ?? '';
  expect(token).toMatch(/^glsa_/);
  expect((await call(token, 'GET', 'escalation_chains/')).status).toBe(200);
  expect((await call(token, 'GET', 'schedules/')).status).toBe(403);
});

browserTest('the audit log tells what changed, and its address holds the filter', async () => {
  const chain = await world.admin.api<{ id: string }>('POST', 'escalation_chains/', { name: 'Night' });
  await world.admin.api('PUT', `escalation_chains/${chain.id}/`, { name: 'Day', team_id: null });
  const page = await world.open({
    as: world.admin,
    path: `/settings/audit?resource_type=escalation_chain&resource_id=${chain.id}`,
  });
  await page.getByRole('button', { name: 'escalation chain Day' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('row', { name: 'name Night Day' }).waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.getByLabel('Action').selectOption('created');
  await page.waitForURL(/action=created/);
  await page.getByRole('button', { name: 'escalation chain Night' }).waitFor();
  await page.getByRole('button', { name: 'escalation chain Day' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText(/All \d+ records are intact/).waitFor();
  await expectAccessible(page);
});

browserTest('somebody without rights finds out why the settings are empty', async () => {
  const outsider = await world.person('nils', 'none');
  const page = await world.open({ as: outsider, path: '/settings' });
  await page.getByRole('heading', { name: 'There is nothing here for you' }).waitFor();
  for (const path of ['audit', 'tokens']) {
    await page.goto(`/settings/${path}`);
    await page.getByRole('heading', { name: 'You may not see this page' }).waitFor();
  }
  await expectAccessible(page);
});

browserTest('a role that is about to be deleted is not taken from somebody who got it meanwhile', async () => {
  const [petra, quinn] = [await world.person('petra', 'editor'), await world.person('quinn', 'editor')];
  const { id } = await world.admin.api<{ id: string }>('POST', 'roles/', {
    name: 'Lamplighter',
    description: 'Lights lamps',
    permissions: ['integrations:write'],
  });
  await world.admin.api('PUT', `roles/${id}/assignments`, { users: [petra.id] });
  const page = await world.open({ as: world.admin, path: '/settings/roles' });
  await page.getByLabel('Role', { exact: true }).selectOption({ label: 'Lamplighter' });
  await page.getByRole('button', { name: 'Delete the role Lamplighter' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete the role Lamplighter?' });
  const holders = dialog.getByRole('list', { name: 'Who has it' });
  await holders.getByText('petra').waitFor();
  await world.admin.api('PUT', `roles/${id}/assignments`, { users: [petra.id, quinn.id] });
  await dialog.getByLabel('They get instead').selectOption({ label: 'Nothing: it is only taken away' });
  await dialog.getByRole('button', { name: 'Delete role' }).click();
  await dialog
    .getByRole('alert')
    .getByText(/Nothing was changed/)
    .waitFor();
  await holders.getByText('quinn').waitFor();
  await dialog.getByRole('button', { name: 'Delete role' }).click();
  await page.getByText('Deleted the role Lamplighter').waitFor();
});
