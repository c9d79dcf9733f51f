import { afterAll, beforeAll, expect } from 'vitest';
import { type HttpReceiver, startHttpReceiver } from '../../server/src/testing/http-receiver.ts';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

let world: World;
let receiver: HttpReceiver;
beforeAll(async () => {
  if (!hasBrowser) return;
  [world, receiver] = await Promise.all([startWorld({ env: { OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' } }), startHttpReceiver()]);
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await receiver?.[Symbol.asyncDispose]();
});

type Stored = {
  id: string;
  name: string;
  is_webhook_enabled: boolean;
  password: string | null;
  http_method: string;
  health: { last_status_code: number | null } | null;
};
const stored = async (name: string): Promise<Stored | undefined> =>
  (await world.admin.api<{ results: Stored[] }>('GET', 'webhooks/')).results.find((one) => one.name === name);

browserTest('a simple webhook is made, tested, switched off, switched on again by Undo, and deleted', async () => {
  receiver.reply = () => ({ status: 201, body: '{"key":"DOCK-4411"}', headers: { 'content-type': 'application/json' } });
  const page = await world.open({ as: world.admin, path: '/outgoing_webhooks' });
  await page.getByRole('heading', { name: 'No webhooks yet' }).waitFor();
  await page.getByRole('button', { name: 'New webhook' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('Open ticket');
  await page.getByLabel('URL').fill(`${receiver.url}/tickets`);
  await page.getByRole('button', { name: 'Create webhook' }).click();
  await page.getByRole('heading', { name: 'Open ticket', level: 1 }).waitFor();
  await page.getByRole('heading', { name: 'It has not been called yet' }).waitFor();

  await page.getByRole('button', { name: 'Test call' }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const result = page.getByRole('region', { name: 'Result' });
  await result.getByText('201', { exact: true }).waitFor();
  await result.getByText('"DOCK-4411"').waitFor();
  await expectAccessible(page);
  expect(receiver.requests.at(-1)).toMatchObject({ method: 'POST', path: '/tickets' });
  await page.keyboard.press('Escape');
  const calls = page.getByRole('region', { name: 'Calls' });
  await calls.getByText('201', { exact: true }).click();
  await calls.getByRole('region', { name: 'Request body' }).getByText('"test": true').waitFor();
  await expectAccessible(page);

  const { link } = await world.integration();
  await world.alert(link, { title: 'Crane stuck' });
  const newest = async () => (await world.admin.api<{ results: { id: string }[] }>('GET', 'alert_groups/')).results[0]?.id;
  await expect.poll(newest).toBeDefined();
  const made = await stored('Open ticket');
  await world.admin.api('POST', `webhooks/${made?.id}/trigger_manual/`, { alert_group: await newest() });
  const lastStatus = async () => (await stored('Open ticket'))?.health?.last_status_code;
  await expect.poll(lastStatus).toBe(201);
  const sent = receiver.requests.length;
  await calls
    .getByRole('listitem')
    .filter({ hasText: 'by hand' })
    .filter({ hasNotText: '"test": true' })
    .first()
    .getByText('201', { exact: true })
    .click();
  await calls.getByRole('button', { name: 'Send again' }).click();
  await page.getByText('The call is made again').waitFor();
  await expect.poll(() => receiver.requests.length).toBeGreaterThan(sent);

  await page.getByRole('link', { name: 'Outgoing webhooks' }).click();
  const row = page.getByRole('row', { name: /Open ticket/ });
  await row.getByText('201', { exact: true }).waitFor();
  await row.getByRole('button', { name: 'Actions of Open ticket' }).click();
  await page.getByRole('menuitem', { name: 'Disable' }).click();
  await row.getByText('disabled').waitFor();
  expect(await stored('Open ticket')).toMatchObject({ is_webhook_enabled: false });
  await page.getByRole('button', { name: 'Undo' }).click();
  await row.getByText('enabled').waitFor();
  expect(await stored('Open ticket')).toMatchObject({ is_webhook_enabled: true });

  await page.getByRole('link', { name: 'Open ticket' }).click();
  const chain = await world.admin.api<{ id: string }>('POST', 'escalation_chains/', { name: 'Tickets' });
  const step = await world.admin.api<{ id: string }>('POST', 'escalation_policies/', {
    escalation_chain_id: chain.id,
    type: 'trigger_webhook',
    action_to_trigger: made?.id,
  });
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete Open ticket?' });
  await dialog.getByRole('list', { name: 'Used by' }).getByText('Tickets').waitFor();
  expect(await dialog.getByRole('button', { name: 'Delete webhook' }).getAttribute('aria-disabled')).toBe('true');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await world.admin.api('DELETE', `escalation_policies/${step.id}/`);
  await page.reload();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete webhook' }).click();
  await page.getByRole('heading', { name: 'No webhooks yet' }).waitFor();
  expect(await stored('Open ticket')).toBeUndefined();
});

browserTest(
  'an advanced webhook keeps its password when something else is edited, and says what is wrong with a template',
  async () => {
    receiver.reply = () => ({ status: 200 });
    const page = await world.open({ as: world.admin, path: '/outgoing_webhooks' });
    await page.getByRole('button', { name: 'New webhook' }).first().click();
    await page.getByRole('radio', { name: /Advanced/ }).check();
    await page.getByLabel('Name', { exact: true }).fill('Tell the docks');
    await page.getByLabel('URL').fill(`${receiver.url}/docks`);
    await page.getByRole('dialog').getByLabel('Called for').selectOption({ label: 'Resolved' });
    await page.getByLabel('Method', { exact: true }).selectOption('PUT');
    await page.getByRole('textbox', { name: /^Trigger template/ }).fill('{{ alert_payload.');
    await page.getByLabel('User name').fill('harbor');
    await page.getByLabel('Password').fill('wool and tar');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create webhook' }).click();
    await page.getByText(/Template Error/).waitFor();
    await page.getByRole('textbox', { name: /^Trigger template/ }).fill('');
    await page.getByRole('button', { name: 'Create webhook' }).click();
    await page.getByRole('heading', { name: 'Tell the docks', level: 1 }).waitFor();
    await page.getByText('Basic, as harbor').waitFor();

    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Replace or remove password' }).waitFor();
    expect(await page.getByRole('dialog').innerHTML()).not.toContain('wool and tar');
    await page.getByLabel('Name', { exact: true }).fill('Tell the piers');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Tell the piers', level: 1 }).waitFor();
    expect(await stored('Tell the piers')).toMatchObject({ http_method: 'PUT', password: '*'.repeat(16) });
    await page.getByRole('button', { name: 'Test call' }).click();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('region', { name: 'Result' }).getByText('200', { exact: true }).waitFor();
    const { authorization } = receiver.requests.at(-1)?.headers ?? {};
    expect(authorization).toBe(`Basic ${Buffer.from('harbor:wool and tar').toString('base64')}`);
  },
);

browserTest('somebody who may only read sees webhooks and not what would change them, on a phone, too', async () => {
  const { id } = await world.admin.api<{ id: string }>('POST', 'webhooks/', {
    name: 'Chat',
    url: 'https://chat.example/hooks/7',
    http_method: 'POST',
    trigger_type: 'alert group created',
  });
  const viewer = await world.person('vera', 'viewer');
  const page = await world.open({
    as: viewer,
    path: '/outgoing_webhooks?trigger_type=alert+group+created',
    width: 390,
    phone: true,
  });
  const row = page.getByRole('row', { name: /Chat/ });
  await row.getByText('chat.example').waitFor();
  await expectAccessible(page);
  await page.goto(`/outgoing_webhooks/${id}`);
  await page.getByRole('heading', { name: 'It has not been called yet' }).waitFor();
  expect(await page.getByRole('button', { name: 'Test call' }).getAttribute('aria-disabled')).toBe('true');
  expect(await page.getByRole('button', { name: 'Edit' }).getAttribute('aria-disabled')).toBe('true');
  await expectAccessible(page);
});

browserTest('what the trigger template does not want is not sent, and the test says so (WH-2)', async () => {
  const { id } = await world.admin.api<{ id: string }>('POST', 'webhooks/', {
    name: 'Picky',
    url: `${receiver.url}/picky`,
    http_method: 'POST',
    trigger_type: 'acknowledge',
    trigger_template: '{{ false }}',
  });
  const page = await world.open({ as: world.admin, path: `/outgoing_webhooks/${id}` });
  await page.getByRole('button', { name: 'Test call' }).click();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText(/Nothing was sent: the trigger template did not render to true/).waitFor();
  expect(receiver.requests.filter(({ path }) => path === '/picky')).toEqual([]);
});

browserTest('headers that are no JSON object say so at their field before they are saved (WH-4)', async () => {
  const page = await world.open({ as: world.admin, path: '/outgoing_webhooks' });
  await page.getByRole('button', { name: 'New webhook' }).first().click();
  await page.getByRole('radio', { name: /Advanced/ }).check();
  const headers = page.getByRole('textbox', { name: /^Headers/ });
  const preview = page.getByRole('button', { name: 'Preview headers' });
  const rendered = page.getByRole('region', { name: /Headers, rendered/ });
  await headers.fill('{"X-Dock": "7"');
  await preview.click();
  await expect
    .poll(() => headers.evaluate((field) => document.getElementById(`${field.id}-error`)?.textContent ?? ''))
    .toMatch(/^Headers must be a JSON object: /);
  expect(await headers.getAttribute('aria-invalid')).toBe('true');
  await expectAccessible(page, '[role="dialog"]');
  await headers.fill('{"X-Dock": "7"}');
  await preview.click();
  await rendered.getByText('"X-Dock"').waitFor();
  expect(await headers.getAttribute('aria-invalid')).toBeNull();
});

browserTest('a webhook of one’s own is chosen and tested with its answer, and is a step of the rules (US-8)', async () => {
  receiver.reply = () => ({ status: 202, body: 'the bell rings', headers: { 'content-type': 'text/plain' } });
  const una = await world.person('una', 'editor');
  await world.admin.api('POST', 'webhooks/', {
    name: 'Bell of Una',
    url: `${receiver.url}/bell`,
    http_method: 'POST',
    trigger_type: 'personal notification',
    forward_all: true,
  });
  const page = await world.open({ as: una, path: '/users/me?tab=rules' });
  const channels = page.getByRole('list', { name: 'Channels' });
  await channels.getByLabel('Webhook that pages me').selectOption({ label: 'Bell of Una' });
  await channels.getByRole('button', { name: 'Test webhook' }).click();
  const answer = channels.getByRole('region', { name: 'Answer to the test' });
  await answer.getByText('Answer 202').waitFor();
  await answer.getByText('the bell rings').waitFor();
  expect(receiver.requests.filter(({ path }) => path === '/bell').length).toBe(1);
  await page.getByLabel('New default rule').selectOption({ label: 'Webhook' });
  await page.getByRole('button', { name: 'Add default rule' }).click();
  await page.getByRole('list', { name: 'Default rules' }).getByText('Notify by webhook').waitFor();
  await expectAccessible(page);
  receiver.reply = () => ({ status: 503, body: 'the bell is cracked' });
  await channels.getByRole('button', { name: 'Test webhook' }).click();
  await answer.getByText('the bell is cracked').waitFor();
  await answer.getByText('did not get through').waitFor();
});

browserTest('a copy is another webhook, with its labels and without its secrets', async () => {
  const original = await world.admin.api<{ id: string }>('POST', 'webhooks/', {
    name: 'Original',
    url: `${receiver.url}/original`,
    http_method: 'PUT',
    trigger_type: 'acknowledge',
    password: 'a secret',
    username: 'robot',
    labels: [{ key: { name: 'service' }, value: { name: 'payments' } }],
  });
  const page = await world.open({ as: world.admin, path: `/outgoing_webhooks/${original.id}` });
  await page.getByText('service: payments').waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Copy' }).click();
  await page.getByText('Stored secrets are not copied; type them again.').waitFor();
  await page.getByRole('textbox', { name: 'Value 1' }).fill('docks');
  await expectAccessible(page, '[role="dialog"]');
  await page.getByRole('button', { name: 'Create webhook' }).click();
  await page.getByRole('heading', { name: 'Original copy', level: 1 }).waitFor();
  await page.getByText('service: docks').waitFor();
  expect(await stored('Original')).toMatchObject({ http_method: 'PUT', password: expect.stringMatching(/^\*+$/) });
  expect(await stored('Original copy')).toMatchObject({ http_method: 'PUT', password: null });
});

browserTest(
  'the guided set-up without a mail server ends with a test page at an address of one’s own',
  { timeout: 120_000 },
  async () => {
    const guide = await world.person('gunn', 'admin');
    receiver.reply = () => ({ status: 200, body: '{}', headers: { 'content-type': 'application/json' } });
    const page = await world.open({ as: guide, path: '/welcome' });
    await page.getByLabel('Page me at this address').fill(`${receiver.url}/pages-of-gunn`);
    await page.getByLabel(/Notify me by e-mail/).uncheck();
    await page.getByText(/and pages you by webhook/).waitFor();
    await page.getByRole('button', { name: 'Create team' }).click();
    await page.getByRole('form', { name: 'Schedule' }).waitFor();
    await page.getByRole('button', { name: 'Create schedule' }).click();
    await page.getByRole('button', { name: 'Create chain' }).click();
    await page.getByRole('button', { name: 'Create integration' }).click();
    await page.getByRole('button', { name: 'Send a test alert' }).click();
    await page.getByRole('list', { name: 'What happened' }).getByText('You were notified: done').waitFor({ timeout: 60_000 });
    await expect
      .poll(() => receiver.requests.filter(({ path }) => path === '/pages-of-gunn').length, { timeout: 30_000 })
      .toBeGreaterThan(0);
  },
);
