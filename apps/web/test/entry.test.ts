import { afterAll, beforeAll, describe, expect } from 'vitest';
import { browserTest, hasBrowser } from './browser.ts';
import { expectAccessible, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  if (hasBrowser) world = await startWorld();
});
afterAll(() => world?.[Symbol.asyncDispose]());

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
