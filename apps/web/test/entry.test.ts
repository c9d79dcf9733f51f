import type { Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startOidcProvider, type TestOidcProvider } from '../../server/src/testing/oidc-provider.ts';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

let world: World;
let idp: TestOidcProvider;
beforeAll(async () => {
  if (!hasBrowser) return;
  world = await startWorld({
    host: 'localhost',
    async env(url) {
      idp = await startOidcProvider([`${url}/auth/oidc/default/callback`], [`${url}/login`]);
      return {
        OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
        OIDC_ISSUER: idp.issuer,
        OIDC_CLIENT_ID: idp.client.id,
        OIDC_CLIENT_SECRET: idp.client.secret,
        OIDC_LABEL: 'Harbor ID',
      };
    },
  });
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await idp?.[Symbol.asyncDispose]();
});

describe('signing in', () => {
  browserTest('leads back to the page that was asked for, with its query', async () => {
    const page = await world.open({ as: null, path: '/alert-groups?state=resolved' });
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel('User name or e-mail').fill(world.admin.username);
    await page.getByLabel('Password').fill(world.admin.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Alert groups', level: 1 }).waitFor();
    expect(new URL(page.url()).search).toBe('?state=resolved');
    await expectAccessible(page);
  });

  browserTest('says nothing about which of name and password was wrong', async () => {
    const page = await world.open({ as: null, path: '/login' });
    const texts: (string | null)[] = [];
    for (const login of [world.admin.username, 'nobody']) {
      await page.getByLabel('User name or e-mail').fill(login);
      await page.getByLabel('Password').fill('not the password at all');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').getByText(/wrong/i).waitFor();
      texts.push(await page.getByRole('alert').textContent());
    }
    expect(texts[0]).toBe(texts[1]);
    await expectAccessible(page);
  });

  browserTest('does not lead to another origin', async () => {
    const page = await world.open({ as: null, path: '/login?next=//evil.example/x' });
    await page.getByLabel('User name or e-mail').fill(world.admin.username);
    await page.getByLabel('Password').fill(world.admin.password);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Main' }).first().waitFor();
    expect(page.url()).toBe(`${world.url}/`);
  });
});

describe('sessions', () => {
  browserTest('wrong passwords are counted down, and the right one works afterwards', async () => {
    const eva = await world.person('eva', 'editor');
    const page = await world.open({ as: null, path: '/login' });
    await page.getByLabel('User name or e-mail').fill(eva.username);
    for (let attempt = 0; attempt < 6; attempt += 1) {
      await page.getByLabel('Password').fill(`wrong password ${attempt}`);
      const answered = page.waitForResponse((response) => response.url().endsWith('/auth/login'));
      await page.getByRole('button', { name: 'Sign in' }).click();
      await answered;
    }
    await page
      .getByRole('alert')
      .getByText(/Too many attempts. Try again in \d+ s/)
      .waitFor();
    await world.ctx.db.deleteFrom('sign_in_attempts').execute();
    await page.reload();
    await page.getByLabel('User name or e-mail').fill(eva.username);
    await page.getByLabel('Password').fill(eva.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Hello, eva' }).waitFor();
  });

  browserTest('an invitation works once, with the role it names', async () => {
    const { results } = await world.admin.api<{ results: { url: string }[] }>('POST', 'invitations', {
      emails: ['nora@harbor.example'],
      role: 'viewer',
      send: false,
    });
    const { pathname } = new URL(results[0]?.url ?? '');
    const page = await world.open({ as: null, path: pathname });
    await page.getByRole('heading', { name: 'Join Harbor' }).waitFor();
    await expectAccessible(page);
    await page.getByLabel('Your name').fill('Nora Lind');
    await page.getByLabel('User name').fill('nora');
    await page.getByLabel('Password').fill('four gulls over water');
    await page.getByRole('button', { name: 'Accept the invitation' }).click();
    await page.getByRole('heading', { name: 'Hello, Nora Lind' }).waitFor();
    await page.getByRole('button', { name: 'Account of Nora Lind' }).click();
    await page.getByText('viewer · Harbor').waitFor();
    const again = await world.open({ as: null, path: pathname });
    await again.getByText(/already used, or is over/).waitFor();
  });

  browserTest('a session that ends asks to sign in over the page, and does what was asked afterwards', async () => {
    const link = (await world.integration('Ends', { templates: { web: { title: '{{ payload.title }}' } } })).link;
    await world.alert(link, { title: 'Session alert' });
    const page = await world.open({ as: world.admin, path: '/alert-groups' });
    await page.getByRole('link', { name: 'Session alert' }).click();
    await page.getByLabel('Add a note').fill('Typed before the session ended.');
    const endSession = async (route: Route) => {
      await world.ctx.db.deleteFrom('user_session').execute();
      await route.continue();
    };
    await page.route('**/resolution_notes', endSession, { times: 1 });
    await page.getByRole('button', { name: 'Add note' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.getByLabel('Password').fill(world.admin.password);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('list', { name: 'Timeline entries' }).getByText('Typed before the session ended.').waitFor();
  });

  browserTest('everything works by keyboard from signing in to signing out', async () => {
    const page = await world.open({ as: null, path: '/login' });
    await page.getByLabel('User name or e-mail').waitFor();
    await page.keyboard.type(world.admin.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(world.admin.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Hello, ada' }).waitFor();
    // At once: the second key counts for a second after the first, and a busy page takes its time to answer each.
    await Promise.all([page.keyboard.press('g'), page.keyboard.press('a')]);
    await page.getByRole('heading', { name: 'Alert groups', level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('combobox', { name: /Search pages/ });
    await palette.waitFor();
    await expectAccessible(page);
    // Enter comes before the list shows what was typed.
    await palette.evaluate((field: HTMLInputElement) => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, 'sign out');
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    });
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});

browserTest('who signs out in one tab is asked to sign in by the next thing they do in another', async () => {
  const page = await world.open({ as: world.admin, path: '/escalations' });
  const other = await page.context().newPage();
  await other.goto('/');
  await other.getByRole('button', { name: 'Account of ada' }).click();
  await other.getByRole('menuitem', { name: 'Sign out' }).click();
  await other.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByRole('button', { name: 'New escalation chain' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('Kept while signing in');
  await page.getByRole('button', { name: 'Create chain' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sign in again' });
  await dialog.getByLabel('Password').fill(world.admin.password);
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Kept while signing in', level: 1 }).waitFor();
});

browserTest('who views the product as a role when the session ends signs in again, and has their own rights', async () => {
  const page = await world.open({ as: world.admin, path: '/settings/roles' });
  await page.getByRole('button', { name: 'View as…' }).click();
  await page.getByRole('button', { name: 'View as this role' }).click();
  const notice = page.getByText(/You are viewing as Viewer/);
  await notice.waitFor();
  await page.goto('/users');
  await page.getByRole('row', { name: /ada/ }).waitFor();
  await world.ctx.db.deleteFrom('user_session').execute();
  // By script: where the page asks for something by itself, the dialog is there before a pointer would be.
  await page.locator('a[href="/schedules"]').first().dispatchEvent('click');
  const dialog = page.getByRole('dialog', { name: 'Sign in again' });
  await dialog.getByLabel('Password').fill(world.admin.password);
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await notice.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'New schedule' }).first().click();
  await page.getByRole('dialog', { name: 'New schedule' }).waitFor();
});

describe('passkeys', () => {
  browserTest('are added, renamed, used to sign in and to confirm, and removed', async () => {
    const pia = await world.person('pia', 'editor');
    const page = await world.open({ as: pia, path: '/users/me?tab=security' });
    const devices = await page.context().newCDPSession(page);
    await devices.send('WebAuthn.enable');
    await devices.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    const card = page.getByRole('region', { name: 'Passkeys' });
    await card.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('Name of the device').fill('Laptop');
    await expectAccessible(page, '[role="dialog"]');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await card.getByRole('list', { name: 'Passkeys' }).getByText('Laptop').waitFor();
    await card.getByText(/Keep these recovery codes/).waitFor();
    await expectAccessible(page);
    await card.getByRole('button', { name: 'Rename Laptop' }).click();
    await page.getByLabel('Name of the device').fill('Desk');
    await page.getByRole('button', { name: 'Rename', exact: true }).click();
    await card.getByText('Desk').waitFor();

    await page.getByRole('button', { name: 'Account of pia' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('heading', { name: 'Hello, pia' }).waitFor();

    await page.goto('/users/me?tab=security');
    await world.ctx.db
      .updateTable('user_session')
      .set({ proved_at: new Date(0) })
      .where('user_id', '=', pia.id)
      .execute();
    await card.getByRole('button', { name: 'Remove Desk' }).click();
    await page.getByRole('button', { name: 'Remove passkey' }).click();
    await page.getByRole('dialog', { name: 'Confirm that it is you' }).getByRole('button', { name: 'Use a passkey' }).click();
    await card.getByText(/A passkey signs you in/).waitFor();

    await page.goto('/login');
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page
      .getByRole('alert')
      .getByText(/not known here/)
      .waitFor();
    await expectAccessible(page);
  });
});

browserTest('who came by a provider signs out there, too', async () => {
  idp.account = { sub: 'quinn', email: 'quinn@harbor.example', email_verified: true, preferred_username: 'quinn', name: 'Quinn' };
  const page = await world.open({ as: null, path: '/login' });
  await page.getByRole('link', { name: 'Continue with Harbor ID' }).click();
  await page.getByRole('heading', { name: 'Hello, Quinn' }).waitFor();
  await page.getByRole('button', { name: 'Account of Quinn' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL((url) => url.origin === idp.issuer);
});

browserTest('what was read stays readable without the server, marked as such, until one signs out', async () => {
  const { link } = await world.integration('Offline', { templates: { web: { title: '{{ payload.title }}' } } });
  await world.alert(link, { title: 'Read on the train' });
  const page = await world.open({ as: world.admin, path: '/alert-groups', offlineReading: true });
  await page.getByRole('link', { name: 'Read on the train' }).waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await page.getByRole('link', { name: 'Read on the train' }).waitFor();
  await expect
    .poll(() => page.evaluate(async () => (await (await caches.open('tocsin-answers')).keys()).length))
    .toBeGreaterThan(2);
  await page.context().setOffline(true);
  await page.reload();
  await page
    .getByRole('status')
    .getByText(/The server cannot be reached/)
    .waitFor();
  await page.getByRole('link', { name: 'Read on the train' }).waitFor();
  await expectAccessible(page);
  await page.context().setOffline(false);
  await page.reload();
  await page.getByText(/The server cannot be reached/).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Account of ada' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.evaluate(() => caches.has('tocsin-answers'))).toBe(false);
});
