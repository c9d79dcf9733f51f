import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { test } from 'vitest';

const executablePath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

if (executablePath === undefined) {
  process.stderr.write('Browser tests are skipped: no Chromium. "apt-get install chromium" gets it, or set CHROMIUM_PATH.\n');
}

/** A test that needs a browser; skipped where there is none. */
export const browserTest = test.skipIf(executablePath === undefined);
export const hasBrowser = executablePath !== undefined;

export function launchBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('There is no Chromium');
  return chromium.launch({ executablePath, headless: true, args: ARGUMENTS });
}
