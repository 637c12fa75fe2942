// The service worker: caches our own assets and an offline page, shows notifications.
// Pages are never cached: nothing that a member saw stays on the device after the logout.

const VERSION = '{version}';
const CACHE = `funsun-${VERSION}`;
const OFFLINE = '/offline';
const SHELL = ['site.css', 'js/site.js', 'js/trusted.js', 'icons/sprite.svg', 'icons/favicon.svg'];

const asset = (file) => `/assets/${VERSION}/${file}`;

self.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    // Without cookies: the cached page must not contain anything of a member.
    await cache.add(new Request(OFFLINE, { credentials: 'omit' }));
    await cache.addAll(SHELL.map(asset));
    await self.skipWaiting();
  })());
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith('funsun-') && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    // The browser requests a page while this worker is still starting.
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  })());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    event.respondWith(fetchPage(event));
  } else if (url.pathname.startsWith(`/assets/${VERSION}/`)) {
    event.respondWith(fetchAsset(event));
  }
});

/** A page, always from the server; the offline page when there is no connection. */
async function fetchPage(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

/** An asset, from the cache first: its content never changes at its address. */
async function fetchAsset(event) {
  const { request } = event;
  const cached = await caches.match(request, { ignoreVary: true });
  if (cached) return cached;
  const response = await fetch(request);
  if (response.ok) event.waitUntil(addToCache(request, response.clone()));
  return response;
}

/** Without space on the device nothing is cached; the response is used all the same. */
async function addToCache(request, response) {
  const cache = await caches.open(CACHE);
  await cache.put(request, response).catch(() => {});
}

self.addEventListener('push', (event) => {
  const { title, body, url, tag } = event.data?.json() ?? {};
  if (!title) return;
  const options = { body, tag, data: { url }, icon: asset('icons/icon-192.png'), badge: asset('icons/icon-192.png') };
  event.waitUntil(self.registration.showNotification(title, options));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url ?? '/notifications', location.origin);
  if (url.origin !== location.origin) return;
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: 'window' });
    const shown = open.find((client) => new URL(client.url).pathname === url.pathname);
    await (shown ? shown.focus() : self.clients.openWindow(url));
  })());
});
