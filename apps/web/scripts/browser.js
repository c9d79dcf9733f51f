// The browser of tests, benchmarks and screenshots.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** The shell first: the same engine, without a window and pages of its own, which take more time than a test does. */
const PATHS = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const executablePath = PATHS.find((path) => path !== undefined && existsSync(path));

export const hasBrowser = executablePath !== undefined;

/** What to do where there is none. */
export const HINT = '"apt-get install chromium-headless-shell" gets it, or set CHROMIUM_PATH.';

export function launchBrowser() {
  if (executablePath === undefined) throw new Error(`No Chromium: ${HINT}`);
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
