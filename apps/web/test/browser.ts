import { test } from 'vitest';
import { HINT, hasBrowser } from '../scripts/browser.js';

export { hasBrowser, launchBrowser } from '../scripts/browser.js';

if (!hasBrowser) process.stderr.write(`Browser tests are skipped, there is no Chromium: ${HINT}\n`);

/** A test that needs a browser; skipped where there is none. */
export const browserTest = test.skipIf(!hasBrowser);
