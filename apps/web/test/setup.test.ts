import { afterAll, beforeAll, expect } from 'vitest';
import { startSmtpServer, type TestSmtpServer } from '../../server/src/testing/smtp.ts';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

const CODE = 'harbour-lights-2026';
const PASSWORD = 'seven grey cranes at dawn';

let world: World;
let smtp: TestSmtpServer;
beforeAll(async () => {
  if (!hasBrowser) return;
  smtp = await startSmtpServer();
  world = await startWorld({
    empty: true,
    env: {
      TOCSIN_SETUP_CODE: CODE,
      EMAIL_HOST: '127.0.0.1',
      EMAIL_PORT: String(smtp.port),
      EMAIL_USE_TLS: 'false',
      EMAIL_FROM_ADDRESS: 'tocsin@harbor.example',
    },
  });
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await smtp?.[Symbol.asyncDispose]();
});

browserTest(
  'a new installation is set up in the browser, from the code to a test page that reaches the admin',
  { timeout: 180_000 },
  async () => {
    const page = await world.open({ as: null, path: '/alert-groups?state=resolved' });
    await page.getByRole('heading', { name: 'Set up Tocsin' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/setup');
    await expectAccessible(page);
    await page.getByLabel('Setup code').fill('not the code at all');
    await page.getByLabel('Organization').fill('Harbour Operations');
    await page.getByLabel('Your name').fill('Ada Holm');
    await page.getByLabel('E-mail address').fill('ada@harbor.example');
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Create organization' }).click();
    await page.getByText('At least 12 characters.').first().waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create organization' }).click();
    await page.getByText(/setup code is wrong/).waitFor();
    await page.getByLabel('Setup code').fill(CODE);
    await page.getByRole('button', { name: 'Create organization' }).click();

    await page.getByRole('heading', { name: 'Welcome to Tocsin' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create team' }).click();
    await page
      .getByRole('form', { name: 'Schedule' })
      .getByText(/Ada Holm is on call now/)
      .waitFor();
    await page.getByRole('button', { name: 'Create schedule' }).click();
    await page.getByRole('button', { name: 'Create chain' }).click();
    await page.getByRole('button', { name: 'Create integration' }).click();
    await page.getByRole('button', { name: 'Send a test alert' }).click();
    const happened = page.getByRole('list', { name: 'What happened' });
    await happened.getByText(/It arrived as alert group #\d+: done/).waitFor();
    await happened.getByText('You were notified: done').waitFor();
    await expect.poll(() => smtp.envelopes.flatMap(({ to }) => to)).toContain('ada@harbor.example');
    await expectAccessible(page);

    await page.getByRole('link', { name: 'Open the alert group' }).click();
    const timeline = page.getByRole('list', { name: 'Timeline entries' });
    await timeline
      .getByText(/Ada Holm/)
      .first()
      .waitFor();
    await timeline
      .getByText(/on call by/)
      .first()
      .waitFor();

    await page.goto('/');
    await page.getByRole('heading', { name: 'Hello, Ada Holm' }).waitFor();
    await page.getByRole('region', { name: 'On call now' }).getByText('Ada Holm').waitFor();
    await page.getByText(/You are on call for/).waitFor();
    await expectAccessible(page);

    await page.goto('/setup');
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  },
);
