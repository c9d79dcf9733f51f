import { afterAll, beforeAll, expect } from 'vitest';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  if (hasBrowser) world = await startWorld();
});
afterAll(() => world?.[Symbol.asyncDispose]());

browserTest('people choose how they are notified, in an order of their own', async () => {
  const ida = await world.person('ida', 'editor');
  const page = await world.open({ as: ida, path: '/users/me?tab=rules' });
  const list = page.getByRole('list', { name: 'Default rules' });
  const before = await list.getByRole('listitem').count();
  await page.getByLabel('New default rule').selectOption({ label: 'Wait 5 minutes' });
  await page.getByRole('button', { name: 'Add default rule' }).click();
  await list.getByText('Wait 5 minutes').waitFor();
  await page.getByLabel('New default rule').selectOption({ label: 'Webhook' });
  await page.getByRole('button', { name: 'Add default rule' }).click();
  await list.getByText('Notify by webhook').waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Move Notify by webhook' }).focus();
  for (const key of ['Space', 'ArrowUp', 'Space']) await page.keyboard.press(key);
  const rules = async () => {
    const { results } = await ida.api<{ results: { type: string; important: boolean }[] }>(
      'GET',
      `personal_notification_rules/?user_id=${ida.id}&important=false`,
    );
    return results.map(({ type }) => type).slice(before);
  };
  await expect.poll(rules).toEqual(['notify_by_webhook', 'wait']);
  await page.getByRole('button', { name: 'Delete Wait 5 minutes from default rules' }).click();
  await list.getByText('Wait 5 minutes').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await list.getByText('Wait 5 minutes').waitFor();
});

browserTest('a profile is edited by its person, and read by others', async () => {
  const ben = await world.person('ben', 'editor');
  const page = await world.open({ as: ben, path: '/users/me' });
  await page.getByLabel('Name', { exact: true }).fill('Ben Berg');
  await page.getByLabel('Phone number').fill('12');
  await page.getByRole('button', { name: 'Save profile' }).click();
  await page.getByRole('alert').or(page.locator('[id$="-error"]')).first().waitFor();
  await expectAccessible(page);
  await page.getByLabel('Phone number').fill('+4791234567');
  await page.getByRole('button', { name: 'Save profile' }).click();
  await page.getByRole('heading', { name: 'Ben Berg', level: 1 }).waitFor();
  const cleo = await world.person('cleo', 'editor');
  const other = await world.open({ as: cleo, path: `/users/${ben.id}` });
  await other.getByRole('heading', { name: 'Ben Berg', level: 1 }).waitFor();
  expect(await other.getByRole('button', { name: 'Save profile' }).getAttribute('aria-disabled')).toBe('true');
});

browserTest('a changed password works, and the second factor is asked for from then on', async () => {
  const dora = await world.person('dora', 'editor');
  const page = await world.open({ as: dora, path: '/users/me?tab=security' });
  await page.getByLabel('Current password').fill(dora.password);
  await page.getByLabel('New password').fill('short');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.locator('[id$="-error"]').first().waitFor();
  await page.getByLabel('New password').fill('a much longer secret 7');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Password changed', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.getByLabel('Code that the app shows').fill('000000');
  await page.getByRole('button', { name: 'Switch on' }).click();
  await page.locator('[id$="-error"]').first().waitFor();
  await expectAccessible(page);
});

browserTest('an admin invites somebody, makes a team, and sees both', async () => {
  const page = await world.open({ as: world.admin, path: '/users' });
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByLabel('E-mail addresses').fill('nina@harbor.example');
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
  const link = page.getByRole('dialog').locator('code');
  await link.waitFor();
  expect(await link.textContent()).toContain('/invite/');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('region', { name: 'Invited' }).getByText('nina@harbor.example').waitFor();
  await expectAccessible(page);
  await page.goto('/teams');
  await page.getByRole('button', { name: 'New team' }).first().click();
  await page.getByLabel('Name').fill('Docks');
  await page.getByRole('combobox', { name: 'Members' }).fill('ada');
  await page.getByRole('option', { name: /^ada/ }).click();
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Create team' }).click();
  await page.getByRole('row', { name: /Docks.*ada/ }).waitFor();
  await expectAccessible(page);
});

browserTest('channels are tried at once, and a test page goes through the rules', async () => {
  const page = await world.open({ as: world.admin, path: '/users/me?tab=rules' });
  const channels = page.getByRole('list', { name: 'Channels' });
  await channels.getByText('No mail server is set up (EMAIL_HOST)').waitFor();
  await channels.getByRole('button', { name: 'Test e-mail' }).click();
  await page.getByText('The test did not get through').waitFor();
  await world.admin.api('POST', 'webhooks/', {
    name: 'Bell',
    url: 'https://bell.example/ring',
    http_method: 'POST',
    trigger_type: 'personal notification',
    forward_all: true,
  });
  for (const important of [false, true])
    await world.admin.api('POST', 'personal_notification_rules/', {
      user_id: world.admin.id,
      type: 'notify_by_webhook',
      important,
    });
  await page.reload();
  const unreachable = page.getByText(/No page would reach you/);
  await unreachable.waitFor();
  await channels.getByLabel('Webhook that pages me').selectOption({ label: 'Bell' });
  await channels.getByRole('button', { name: 'Test webhook' }).waitFor();
  await unreachable.waitFor({ state: 'detached' });
  expect(
    (await world.admin.api<{ webhook: string | null }>('GET', 'webhooks/current_personal_notification')).webhook,
  ).not.toBeNull();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Send me a test page' }).click();
  await page.getByLabel(/By the important rules/).check();
  await expectAccessible(page, '[role="dialog"]');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('heading', { name: /Test page/, level: 1 }).waitFor();
});

browserTest('working hours and time off are kept, and a deleted time off comes back', async () => {
  const olga = await world.person('olga', 'editor');
  const page = await world.open({ as: olga, path: '/users/me?tab=hours' });
  await page.getByRole('button', { name: 'Remove 09:00 to 17:00 on Friday' }).click();
  await page.getByLabel('Monday from 1').fill('07:30');
  await page.getByRole('button', { name: 'Save working hours' }).click();
  await page.getByText('Working hours saved').waitFor();
  const { working_hours: hours } = await olga.api<{ working_hours: Record<string, unknown> }>('GET', 'users/current/profile');
  expect([hours.monday, hours.friday]).toEqual([[{ start: '07:30:00', end: '17:00:00' }], []]);
  await page.getByLabel('Away from').fill('2035-07-02T00:00');
  await page.getByLabel('Back at').fill('2035-07-16T00:00');
  await page.getByLabel('Note').fill('Sailing');
  await page.getByRole('button', { name: 'Add time off' }).click();
  const list = page.getByRole('list', { name: 'Time off' });
  await list.getByText('Sailing').waitFor();
  await expectAccessible(page);
  await list.getByRole('button', { name: 'Delete time off Sailing' }).click();
  await list.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await list.getByText('Sailing').waitFor();
});

browserTest('who leaves is replaced in what names them', async () => {
  const [lena, max] = [await world.person('lena', 'editor'), await world.person('max', 'editor')];
  const chain = await world.admin.api<{ id: string }>('POST', 'escalation_chains/', { name: 'Quay' });
  const step = await world.admin.api<{ id: string }>('POST', 'escalation_policies/', {
    escalation_chain_id: chain.id,
    type: 'notify_persons',
    persons_to_notify: [lena.id],
  });
  const page = await world.open({ as: world.admin, path: `/users/${lena.id}` });
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Deactivate' }).click();
  const dialog = page.getByRole('dialog', { name: 'Deactivate lena?' });
  await dialog.getByRole('list', { name: 'Named by' }).getByText('Quay').waitFor();
  await dialog.getByText(/would be left with nobody/).waitFor();
  await expectAccessible(page, '[role="dialog"]');
  await dialog.getByRole('combobox', { name: 'Who takes their places' }).fill('max');
  await page.getByRole('option', { name: /^max/ }).click();
  await dialog.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor();
  const after = await world.admin.api<{ persons_to_notify: string[] }>('GET', `escalation_policies/${step.id}/`);
  expect(after.persons_to_notify).toEqual([max.id]);
});

browserTest('lists show the chosen teams only, and say so; deleting a team says what belongs to it', async () => {
  const team = await world.admin.api<{ id: string }>('POST', 'teams/', { name: 'Cranes' });
  const lift = await world.admin.api<{ id: string }>('POST', 'escalation_chains/', { name: 'Lift', team_id: team.id });
  await world.admin.api('POST', 'escalation_chains/', { name: 'Elsewhere' });
  const page = await world.open({ as: world.admin, path: '/escalations' });
  await page.getByRole('link', { name: 'Elsewhere' }).waitFor();
  await page.getByRole('button', { name: 'Teams shown: all' }).click();
  await page.getByLabel('Cranes').check();
  await expectAccessible(page, '[role="dialog"]');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('link', { name: 'Elsewhere' }).waitFor({ state: 'detached' });
  await page.getByText('Only Cranes').waitFor();
  // Who is no member sees nothing of it, until the team shares with everybody (TM-1, TM-2).
  const outsider = await world.open({ as: await world.person('olaf', 'editor'), path: '/escalations' });
  await outsider.getByRole('link', { name: 'Elsewhere' }).waitFor();
  expect(await outsider.getByRole('link', { name: 'Lift' }).count()).toBe(0);
  await outsider.goto(`/escalations/${lift.id}`);
  await outsider.getByText(/This belongs to the team Cranes/).waitFor();
  await world.admin.api('PATCH', `teams/${team.id}/`, { is_sharing_resources_to_all: true });
  await outsider.reload();
  await outsider.getByRole('heading', { name: 'Lift', level: 1 }).waitFor();
  await page.goto('/schedules');
  await page.getByRole('button', { name: 'Show all teams' }).click();
  await page.goto('/teams');
  await page.getByRole('button', { name: 'Delete Cranes' }).click();
  await page.getByRole('list', { name: 'What belongs to it' }).getByText('1 escalation chain').waitFor();
  await expectAccessible(page, '[role="dialog"]');
});
