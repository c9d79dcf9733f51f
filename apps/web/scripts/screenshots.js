// Takes pictures of each page, light, dark and on a phone, into docs/screenshots/. `npm run screenshots [-- part of a name …]`
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDemoData } from './demo-data.js';
import { launchBrowser, PASSWORD, signIn, startDemoServer } from './demo-server.js';
import { PAGES } from './pages.js';

const folder = process.env.SCREENSHOTS_DIR ?? fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url));
const KINDS = {
  light: { viewport: { width: 1360, height: 860 }, colorScheme: 'light' },
  dark: { viewport: { width: 1360, height: 860 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 780 }, colorScheme: 'light', isMobile: true, hasTouch: true },
};

const wanted = process.argv.slice(2);
const pages = PAGES.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
await mkdir(folder, { recursive: true });
const server = await startDemoServer();
const browser = await launchBrowser();
try {
  const data = await createDemoData(server.url, server.token);
  const cookies = await signIn(server.url, 'ida', PASSWORD);
  const adminCookies = await signIn(server.url);
  for (const [kind, options] of Object.entries(KINDS)) {
    for (const { name, path, signedOut = false, only, before, as } of pages) {
      if (only !== undefined && !only.includes(kind)) continue;
      const context = await browser.newContext({
        ...options,
        timezoneId: 'Europe/Oslo',
        locale: 'en-GB',
        reducedMotion: 'reduce',
      });
      if (!signedOut) await context.addCookies(as === 'member' ? cookies : adminCookies);
      const page = await context.newPage();
      await page.goto(`${server.url}${typeof path === 'function' ? path(data) : path}`);
      await page.locator('h1').first().waitFor();
      await page.waitForFunction(() => document.querySelector('[aria-busy="true"], .animate-pulse') === null, undefined, {
        timeout: 15_000,
      });
      await before?.(page, data);
      await page.evaluate(() => document.fonts.ready.then(() => true));
      await page.screenshot({ path: join(folder, `${name}-${kind}.png`), animations: 'disabled', caret: 'hide' });
      await context.close();
      process.stdout.write(`${name}-${kind}.png\n`);
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
