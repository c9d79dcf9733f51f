// Lets the pages that were opened be read without a network. Nothing is written or repeated from here: an acknowledge that did not reach
// the server has failed, and the page says so. Answers are kept for whoever is signed in, and forgotten on signing out.
const FILES = 'tocsin-files';
const ANSWERS = 'tocsin-answers';
const KEPT_SINCE = 'x-tocsin-kept';
const MOST_ANSWERS = 150;
/** Several times what one version of the UI has; those of former versions go. */
const MOST_FILES = 400;
const API = '/api/v1/';
/** What is worth reading offline: who I am, alert groups, schedules and the names in them. */
const READABLE =
  /^\/api\/v1\/(?:auth\/session|alert_groups|schedules|integrations|escalation_chains|users|teams|saved_views|routes)(?:\/|$)/;
/** Addresses that answer with something else than the UI's page. */
const NO_PAGE = /^\/(?:api|auth|integrations\/v\d+|health|ready|metrics)(?:\/|$)/;
const NEVER = /\/(?:export|export_token|password_reset|second_factors|sessions)(?:\/|$)/;

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const files = await caches.open(FILES);
      const page = await fetch('/', { cache: 'reload', headers: { accept: 'text/html' } });
      const names = [...(await page.clone().text()).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, name]) => name);
      await files.put('/', page);
      await Promise.all(names.map((name) => files.add(name)));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('message', ({ data }) => {
  if (!Array.isArray(data?.keep)) return;
  caches.open(FILES).then((files) => Promise.all(data.keep.map((name) => keepFile(files, name))));
});

async function keepFile(files, name) {
  if ((await files.match(name)) === undefined) await files.add(name);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (!NO_PAGE.test(url.pathname)) event.respondWith(page(request));
    return;
  }
  if (url.pathname === '/sw.js') return;
  if (url.pathname.startsWith('/assets/')) event.respondWith(file(request));
  else if (READABLE.test(url.pathname) && !NEVER.test(url.pathname)) event.respondWith(answer(event));
  else if (!url.pathname.startsWith(API)) event.respondWith(fetch(request).catch(() => keptOr(FILES, request)));
});

/** Every address is the same page; its script takes it from there. */
async function page(request) {
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected && fresh.headers.get('content-type')?.startsWith('text/html'))
      await (await caches.open(FILES)).put('/', fresh.clone());
    return fresh;
  } catch {
    return keptOr(FILES, '/');
  }
}

/** Names of files hold a hash of their content. */
async function file(request) {
  const files = await caches.open(FILES);
  const kept = await files.match(request);
  if (kept !== undefined) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) {
    await files.put(request, fresh.clone());
    await dropOldest(files, MOST_FILES);
  }
  return fresh;
}

/** The server's answer, or the last one that it gave. */
async function answer(event) {
  const { request } = event;
  try {
    const fresh = await fetch(request);
    if (fresh.ok) event.waitUntil(keepAnswer(request, fresh.clone()));
    else if (fresh.status === 401) event.waitUntil(caches.delete(ANSWERS));
    return fresh;
  } catch {
    return keptOr(ANSWERS, request);
  }
}

async function keepAnswer(request, fresh) {
  const headers = new Headers(fresh.headers);
  headers.set(KEPT_SINCE, new Date().toISOString());
  headers.delete('content-encoding');
  headers.delete('content-length');
  const answers = await caches.open(ANSWERS);
  await answers.put(request, new Response(await fresh.arrayBuffer(), { status: fresh.status, headers }));
  await dropOldest(answers, MOST_ANSWERS);
}

async function dropOldest(cache, most) {
  const names = await cache.keys();
  await Promise.all(names.slice(0, Math.max(0, names.length - most)).map((name) => cache.delete(name)));
}

async function keptOr(cache, request) {
  return (await (await caches.open(cache)).match(request)) ?? Response.error();
}
