import type { Browser } from 'playwright-core';

export const hasBrowser: boolean;
/** What to do where there is none. */
export const HINT: string;
/** @throws where there is no Chromium */
export function launchBrowser(): Promise<Browser>;
