// Measures the web UI in a real browser: first load, size of its JavaScript, scrolling 1,000 alert groups, time from a change to the screen.
// `npm run bench:web`, after `npm run build`
import { gzipSync } from 'node:zlib';
import { launchBrowser } from './browser.js';
import { createApi, sendAlert, waitFor } from './demo-data.js';
import { signIn, startDemoServer } from './demo-server.js';

const GROUPS = 1_000;
const AT_ONCE = 50;
const RUNS = 5;
const CHANGES = 10;

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const print = (name, value, aim) => process.stdout.write(`${name.padEnd(58)} ${String(value).padStart(10)}   (aim: ${aim})\n`);

/** Runs in the page before anything else: notes long tasks, and when the first row is there. */
function watch() {
  window.longTasks = [];
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({
    type: 'longtask',
    buffered: true,
  });
  const look = () => {
    if (document.querySelector('[data-group]') === null) requestAnimationFrame(look);
    else window.firstRowMs = performance.now();
  };
  requestAnimationFrame(look);
}

/** Counts from now on. @returns what tells the seconds of CPU that the page's main thread has used since */
const countCpu = async (page) => {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value;
  };
};

/** Does `work`. @returns CPU time in ms of the longest task of the page's main thread meanwhile, which other programs cannot stretch */
const longestTaskOf = async (work) => {
  const session = await browser.newBrowserCDPSession();
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', '__metadata'] },
  });
  await work();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  const mains = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events.filter(({ ph, name, pid, tid }) => ph === 'X' && name.endsWith('RunTask') && mains.has(`${pid} ${tid}`));
  return Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur / 1_000));
};

const server = await startDemoServer();
const browser = await launchBrowser();
try {
  const { url } = server;
  const admin = createApi(url, server.token);
  const integration = await admin('POST', 'integrations/', {
    type: 'webhook',
    name: 'Bench',
    templates: { grouping_key: '{{ payload.title }}', web: { title: '{{ payload.title }}' } },
  });
  for (let at = 0; at < GROUPS; at += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) =>
        sendAlert(url, integration.link, { title: `Probe ${at + index} of the harbour fails`, severity: 'warning' }),
      ),
    );
  }
  await waitFor(async () => (await admin('GET', 'alert_groups/stats')).firing >= GROUPS);
  const cookies = await signIn(url);
  const open = async () => {
    const context = await browser.newContext({ viewport: { width: 1360, height: 860 } });
    await context.addCookies(cookies);
    const page = await context.newPage();
    await page.addInitScript(watch);
    return page;
  };

  const times = [];
  const cpuSeconds = [];
  let gzipBytes = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const page = await open();
    const readCpu = await countCpu(page);
    const scripts = [];
    page.on('response', (response) => response.request().resourceType() === 'script' && scripts.push(response.body()));
    await page.goto(`${url}/alert-groups`);
    await page.waitForFunction(() => window.firstRowMs !== undefined);
    times.push(await page.evaluate(() => window.firstRowMs));
    cpuSeconds.push(await readCpu());
    gzipBytes = (await Promise.all(scripts)).reduce((sum, body) => sum + gzipSync(body).length, 0);
    await page.context().close();
  }
  print(
    `first load of the list, cold, until its rows are there (median of ${RUNS})`,
    `${Math.round(median(times))} ms`,
    '< 1500 ms',
  );
  print('  of that, CPU time of the page', `${Math.round(median(cpuSeconds) * 1_000)} ms`, 'little');
  print('JavaScript of that page, gzip', `${Math.round(gzipBytes / 1_000)} kB`, '< 250 kB');

  const page = await open();
  await page.goto(`${url}/alert-groups`);
  await page.locator('[data-group]').first().waitFor();
  await page.mouse.move(700, 600);
  await page.evaluate(() => {
    window.longTasks.length = 0;
  });
  const atEnd = () => document.querySelector(`li[aria-posinset="${1_000}"]`) !== null;
  const longestCpu = await longestTaskOf(async () => {
    while (!(await page.evaluate(atEnd))) {
      await page.mouse.wheel(0, 1_200);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(null))));
    }
  });
  const longest = await page.evaluate(() => Math.max(0, ...window.longTasks));
  print(`longest task while scrolling ${GROUPS} groups`, `${Math.round(longest)} ms`, '< 100 ms');

  print('  the longest by CPU time', `${Math.round(longestCpu)} ms`, '< 100 ms');
  await page.goto(`${url}/alert-groups`);
  await page.getByText('Live', { exact: true }).waitFor();
  const ids = await page.locator('[data-group]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-group')));
  const delays = [];
  for (const id of ids.slice(0, CHANGES)) {
    const shown = page.locator(`[data-group="${id}"]`).getByText('Acknowledged').waitFor();
    await admin('POST', `alert_groups/${id}/acknowledge/`);
    const since = performance.now();
    await shown;
    delays.push(performance.now() - since);
  }
  print(`from a change to another open page (median of ${CHANGES})`, `${Math.round(median(delays))} ms`, '< 1000 ms');
} finally {
  await browser.close();
  await server.stop();
}
