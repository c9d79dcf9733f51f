import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

/** What a test may do to a page, or to its browser session, that the next one could notice. */
const ON_PAGE = ['addInitScript', 'clock', 'emulateMedia', 'exposeBinding', 'exposeFunction', 'on', 'once', 'route'];
const ON_SESSION = ['addInitScript', 'newCDPSession', 'newPage', 'on', 'once', 'route', 'setExtraHTTPHeaders', 'setOffline'];

/** Times that pages are slower than the machine; with 8, tests show what they take for granted of a fast one. */
const SLOWNESS = Number(process.env.TOCSIN_SLOW_BROWSER ?? 1);

/** A page in a browser session of its own. */
export interface Tab {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Leaves the page for another test, or ends the session where the test has done more than look and act. */
  giveBack(): Promise<void>;
}

/**
 * Browser sessions of one server. A session that was only looked at and acted in is emptied and used again, which takes a third of what a
 * new one does: its process is there, and so are the files of the page.
 */
export function createTabs(browser: Browser, url: string, onPage: (page: Page) => void) {
  const free = new Map<string, Tab[]>();

  async function open(key: string, options: BrowserContextOptions): Promise<Tab> {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    onPage(page);
    const devices = await context.newCDPSession(page);
    if (SLOWNESS > 1) await devices.send('Emulation.setCPUThrottlingRate', { rate: SLOWNESS });
    let isMarked = false;
    const mark = (object: object, names: readonly string[]): void => {
      for (const name of names) {
        const value: unknown = Reflect.get(object, name);
        const get = (): unknown => {
          isMarked = true;
          return value;
        };
        Object.defineProperty(object, name, { get });
      }
    };
    mark(page, ON_PAGE);
    mark(context, ON_SESSION);
    const tab: Tab = {
      context,
      page,
      async giveBack() {
        if (isMarked || page.isClosed() || context.pages().length !== 1) return context.close();
        await page.mouse.move(-1, -1);
        if (page.url().startsWith(url)) await page.evaluate(() => sessionStorage.clear());
        await page.goto('about:blank');
        await context.clearCookies();
        await devices.send('Storage.clearDataForOrigin', { origin: url, storageTypes: 'all' });
        if (options.viewport != null) await page.setViewportSize(options.viewport);
        free.set(key, [...(free.get(key) ?? []), tab]);
      },
    };
    return tab;
  }

  return {
    async take(options: BrowserContextOptions): Promise<Tab> {
      const key = JSON.stringify(options);
      return free.get(key)?.pop() ?? open(key, options);
    },
  };
}
