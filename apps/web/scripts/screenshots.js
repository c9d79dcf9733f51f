// Takes pictures of each page, light, dark and on a phone, into docs/screenshots/. `npm run screenshots [-- part of a name …]`
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from './browser.js';
import { createDemoData } from './demo-data.js';
import { PASSWORD, signIn, startDemoServer } from './demo-server.js';
import { PAGES } from './pages.js';
import { shrinkPng } from './shrink-png.js';

const folder = process.env.SCREENSHOTS_DIR ?? fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url));
const KINDS = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 780 }, colorScheme: 'light', isMobile: true, hasTouch: true },
};

const wanted = process.argv.slice(2);
const pages = PAGES.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
await mkdir(folder, { recursive: true });
const browser = await launchBrowser();

/** Takes the pictures of some pages in all their kinds. */
async function take(url, some, data, cookiesOf) {
  for (const [kind, options] of Object.entries(KINDS)) {
    for (const { name, path, signedOut = false, only, before, as } of some) {
      if (only !== undefined && !only.includes(kind)) continue;
      const context = await browser.newContext({
        ...options,
        timezoneId: 'Europe/Oslo',
        locale: 'en-GB',
        reducedMotion: 'reduce',
        serviceWorkers: 'block',
      });
      if (!signedOut) await context.addCookies(cookiesOf(as));
      const page = await context.newPage();
      await page.goto(`${url}${typeof path === 'function' ? path(data) : path}`);
      await page.locator('h1').first().waitFor();
      await page.waitForFunction(() => document.querySelector('[aria-busy="true"], .animate-pulse') === null, undefined, {
        timeout: 30_000,
      });
      if (!signedOut) await page.locator('header [aria-label^="Teams shown"]').waitFor({ state: 'attached' });
      await before?.(page, data);
      await page.evaluate(() => document.fonts.ready.then(() => true));
      const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
      await writeFile(join(folder, `${name}-${kind}.png`), shrinkPng(picture));
      await context.close();
      process.stdout.write(`${name}-${kind}.png\n`);
    }
  }
}

const isFirst = ({ beforeSetUp = false }) => beforeSetUp;
const server = await startDemoServer((url) => take(url, pages.filter(isFirst), null, () => []));
try {
  const data = await createDemoData(server.url, server.token, server.receiver);
  const member = await signIn(server.url, 'ida', PASSWORD);
  const admin = await signIn(server.url);
  const rest = pages.filter((page) => !isFirst(page));
  await take(server.url, rest, data, (as) => (as === 'member' ? member : admin));
} finally {
  await browser.close();
  await server.stop();
}
