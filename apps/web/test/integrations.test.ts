import { afterAll, beforeAll, expect } from 'vitest';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  if (hasBrowser) world = await startWorld();
});
afterAll(() => world?.[Symbol.asyncDispose]());

browserTest('an integration is made from the catalogue, and shows its first alert as it comes', async () => {
  await world.admin.api('POST', 'escalation_chains/', { name: 'Night crew' });
  const page = await world.open({ as: world.admin, path: '/integrations' });
  await page.getByRole('heading', { name: 'No integrations yet' }).waitFor();
  await page.getByRole('button', { name: 'New integration' }).first().click();
  await page.getByLabel('Find a system').fill('webhook');
  await expectAccessible(page);
  await page.getByRole('button', { name: /^Webhook/ }).click();
  await page.getByLabel('Name', { exact: true }).fill('Billing');
  await page.getByLabel('Escalation chain').selectOption({ label: 'Night crew' });
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Create integration' }).click();
  await page.getByRole('heading', { name: 'Billing', level: 1 }).waitFor();
  await page.getByText('Waiting for the first alert').waitFor();
  expect(await page.getByRole('region', { name: 'Receive' }).innerText()).toContain('••••••••');
  await page.getByRole('button', { name: 'Show' }).click();
  const link = (await page.getByRole('region', { name: 'Receive' }).locator('code').first().textContent()) ?? '';
  expect(link).toMatch(/\/integrations\/v1\/webhook\/[A-Za-z0-9]+\/$/);
  await expectAccessible(page);
  await world.alert(link, { title: 'Disk full', state: 'alerting' });
  await page.getByText(/^1 alert, the last/).waitFor();
  await page.getByRole('region', { name: 'Recent deliveries' }).getByText('taken').waitFor();

  await page.goto('/integrations');
  await page.getByRole('button', { name: 'New integration' }).first().click();
  await page.getByRole('button', { name: /^Webhook/ }).click();
  await page.getByLabel('Name', { exact: true }).fill('Billing');
  await page.getByRole('button', { name: 'Create integration' }).click();
  await page.getByRole('dialog').getByText(/name/i).last().waitFor();
  expect((await world.admin.api<{ count: number }>('GET', 'integrations/')).count).toBe(1);
});

browserTest('routes are added, reordered by keyboard, and tried in that order', async () => {
  const { id, link } = await world.integration('Crane');
  const page = await world.open({ as: world.admin, path: `/integrations/${id}` });
  for (const severity of ['low', 'high']) {
    await page.getByRole('button', { name: 'Add route' }).click();
    await page.getByLabel('Template', { exact: true }).fill(`{{ payload.severity == "${severity}" }}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Add route' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await page.getByRole('button', { name: 'Add route' }).click();
  await page.getByLabel('Template', { exact: true }).fill('{{ payload.');
  await page.getByRole('dialog').getByRole('button', { name: 'Add route' }).click();
  await page.getByText('Jinja template is incorrect').waitFor();
  await expectAccessible(page);
  await page.getByRole('radio', { name: 'Labels that match' }).check();
  await page.getByLabel('Label', { exact: true }).fill('team');
  await page.getByLabel('Value').fill('docks');
  await page.getByRole('dialog').getByRole('button', { name: 'Add route' }).click();
  await page.getByText('team is docks').waitFor();

  const saved = page.waitForResponse((response) => response.url().includes('routes_order'));
  await page.getByRole('button', { name: /Move route .*"high"/ }).focus();
  for (const key of ['Space', 'ArrowUp', 'Space']) await page.keyboard.press(key);
  await saved;
  await page.reload();
  const rows = page.getByRole('list', { name: 'Routes as they are tried' }).getByRole('listitem');
  await rows.first().getByText('"high"').waitFor();
  await expectAccessible(page);
  await world.alert(link, { severity: 'high', title: 'x' });
  await rows.first().getByText('1 group in 24 h').waitFor();
});

browserTest('nothing scrolls sideways on a phone', async () => {
  const { id } = await world.integration('A probe with a name that is long enough to wrap');
  const page = await world.open({ as: world.admin, path: `/integrations/${id}`, width: 390, height: 780, phone: true });
  await page.getByRole('region', { name: 'Receive' }).waitFor();
  await expectAccessible(page);
  await page.goto(`/integrations/${id}/templates`);
  await page.getByRole('region', { name: 'Result' }).waitFor();
  await expectAccessible(page);
});

browserTest('maintenance begins and ends, and a broken demo payload is not sent', async () => {
  const { id } = await world.integration('Pump');
  const page = await world.open({ as: world.admin, path: `/integrations/${id}` });
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Start maintenance' }).click();
  await page.getByRole('radio', { name: /Debug/ }).check();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByText(/Debug, .* left/).waitFor();
  await page.getByRole('button', { name: 'Send demo alert' }).click();
  await page.getByLabel('Payload').fill('{"a":');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText(/This is not JSON/).waitFor();
  await page.getByLabel('Payload').fill('{"title": "only a test"}');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('Demo alert sent').waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Maintenance…' }).click();
  await page.getByRole('button', { name: 'End it now' }).click();
  await page.getByText('Maintenance is over').waitFor();
});

browserTest('a template is edited with a live result on a received payload, and errors stand in the result', async () => {
  const { id, link } = await world.integration('Templates');
  await world.alert(link, { title: 'Disk full', host: 'dock-7' });
  const page = await world.open({ as: world.admin, path: `/integrations/${id}/templates?template=web_title` });
  const editor = page.getByRole('textbox', { name: 'Template: Web title' });
  const result = page.getByRole('region', { name: 'Result' });
  await editor.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('Host {{ payload.host ');
  await page.keyboard.press('Escape');
  await result.getByText('Host dock-7').waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Control+a');
  await page.keyboard.type('{% if %}');
  await result.getByText(/Template Error/).waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('On {{ payload.host ');
  await page.keyboard.press('Escape');
  await result.getByText('On dock-7').waitFor();
  await page.keyboard.press('Control+s');
  await page.getByText('Web title saved').waitFor();
  const stored = await world.admin.api<{ templates: { web: { title: string } } }>('GET', `integrations/${id}/`);
  expect(stored.templates.web.title).toBe('On {{ payload.host }}');
  await page.getByRole('button', { name: 'Reset to default' }).click();
  await page.getByText('Web title: the default again').waitFor();
  await page.getByRole('button', { name: 'Reset to default' }).waitFor({ state: 'detached' });
});

browserTest('a template that was not saved is guarded, and offered again', async () => {
  const { id } = await world.integration('Drafts');
  const page = await world.open({ as: world.admin, path: `/integrations/${id}/templates?template=web_title` });
  const editor = page.getByRole('textbox', { name: /Template: / });
  await editor.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('Half a thought');
  await page.getByRole('link', { name: 'Back to the integration' }).click();
  const guard = page.getByRole('dialog', { name: 'Leave without saving?' });
  await expectAccessible(page, '[role="dialog"]');
  await guard.getByRole('button', { name: 'Cancel' }).click();
  expect(await editor.textContent()).toContain('Half a thought');
  await page.getByRole('link', { name: 'Back to the integration' }).click();
  await guard.getByRole('button', { name: 'Leave' }).click();
  await page.getByRole('heading', { name: 'Drafts', level: 1, exact: true }).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Restore draft' }).click();
  await page.getByText('Half a thought').first().waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText(/saved/).first().waitFor();
});

browserTest(
  'a second integration of the same name is refused beside the field, and deleting one asks for its name (IN-2, IN-6)',
  async () => {
    const { id, link } = await world.integration('Invoices', { templates: { grouping_key: '{{ payload.title }}' } });
    for (const title of ['Invoice stuck', 'Invoice lost']) await world.alert(link, { title });
    const firing = async () =>
      (await world.admin.api<{ firing_alert_groups: number }>('GET', `integrations/${id}/counters`)).firing_alert_groups;
    await expect.poll(firing, { timeout: 30_000 }).toBe(2);
    await world.admin.api('POST', 'webhooks/', {
      name: 'Ledger',
      url: 'https://ledger.example/in',
      http_method: 'POST',
      trigger_type: 'acknowledge',
      integration_filter: [id],
    });
    const page = await world.open({ as: world.admin, path: '/integrations' });
    await page.getByRole('button', { name: 'New integration' }).first().click();
    await page
      .getByRole('button', { name: /^Webhook/ })
      .first()
      .click();
    await page.getByLabel('Name', { exact: true }).fill('Invoices');
    await page.getByRole('button', { name: 'Create integration' }).click();
    await page.locator('[id$="-error"]').first().waitFor();
    await page.goto(`/integrations/${id}`);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete Invoices?' });
    await dialog.getByText(/called for its alerts: Ledger/).waitFor();
    await dialog.getByText('2 alert groups of it are open, 2 firing.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Delete integration' }).getAttribute('aria-disabled')).toBe('true');
    await dialog.getByLabel(/to confirm/).fill('Invoice');
    expect(await dialog.getByRole('button', { name: 'Delete integration' }).getAttribute('aria-disabled')).toBe('true');
    await dialog.getByLabel(/to confirm/).fill('Invoices');
    await dialog.getByRole('button', { name: 'Delete integration' }).click();
    await page.getByText('Deleted Invoices').waitFor();
  },
);

browserTest('an integration that is deleted and still called is shown to those who can do something about it', async () => {
  const { id, link } = await world.integration('Old buoy');
  await world.admin.api('DELETE', `integrations/${id}/`);
  // Again and again, as senders do: a call that comes in the moment of the deletion may be refused without being written down.
  await expect
    .poll(async () => {
      await fetch(link, { method: 'POST', body: '{"title":"x"}' });
      return (await world.admin.api<{ results: unknown[] }>('GET', 'integrations/deleted_calls')).results.length;
    })
    .toBe(1);
  const page = await world.open({ as: world.admin, path: '/integrations' });
  const table = page.getByRole('table', { name: 'Deleted integrations that are still called' });
  await table.getByRole('row', { name: /Old buoy Webhook/ }).waitFor();
  await page.getByText(/They are refused and page nobody/).waitFor();
  await expectAccessible(page);
  const editor = await world.open({ as: await world.person('edwin', 'editor'), path: '/integrations' });
  await editor.getByRole('heading', { name: 'Integrations', level: 1 }).waitFor();
  await editor.getByRole('button', { name: 'New integration' }).first().waitFor();
  expect(await editor.getByText('Deleted, and still called').count()).toBe(0);
});

browserTest('the list is narrowed by label in its address, and tells when a sender falls silent (IN-3, IN-4, IN-5)', async () => {
  const { id } = await world.integration('Tugs');
  await world.admin.api('PATCH', `integrations/${id}/`, { labels: [{ key: { name: 'quay' }, value: { name: 'west' } }] });
  const [heartbeat] = (
    await world.admin.api<{ results: { id: string; link: string }[] }>('GET', `heartbeats/?integration_id=${id}`)
  ).results;
  await world.admin.api('PATCH', `heartbeats/${heartbeat?.id}/`, { timeout_seconds: 60, is_enabled: true });
  expect((await fetch(heartbeat?.link ?? '', { method: 'POST' })).ok).toBe(true);
  await world.integration('Barges');
  const page = await world.open({ as: world.admin, path: '/integrations' });
  await page.getByRole('row', { name: /Barges/ }).waitFor();
  await page.getByLabel('Label').selectOption({ label: 'quay: west' });
  await page.waitForURL(/label=quay/);
  await page.getByRole('row', { name: /Barges/ }).waitFor({ state: 'detached' });
  await page.reload();
  const row = page.getByRole('row', { name: /Tugs/ });
  await row.getByText('alive').waitFor();
  expect(await page.getByRole('row', { name: /Barges/ }).count()).toBe(0);
  await page.getByText('Live', { exact: true }).waitFor();
  const past = new Date(Date.now() - 3_600_000);
  await world.ctx.db
    .updateTable('integration_heartbeat')
    .set({ last_heartbeat_at: past, due_at: past })
    .where('integration_id', '=', id)
    .execute();
  await row.getByText('no sign of life').waitFor();
  const editor = await world.open({ as: await world.person('egon', 'editor'), path: `/integrations/${id}` });
  const demo = editor.getByRole('button', { name: 'Send demo alert' });
  await demo.waitFor();
  expect(await demo.getAttribute('aria-disabled')).not.toBe('true');
  expect(await editor.getByRole('button', { name: 'Add route' }).getAttribute('aria-disabled')).toBe('true');
});
