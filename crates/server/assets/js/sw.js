// The service worker: our own files from the device, a page to show without a connection, notifications.
// Pages are never kept: what somebody saw while logged in is gone from the device with the login.

const VERSION = '{version}';
const CACHE = `funsun-${VERSION}`;
const OFFLINE = '/offline';
const SHELL = ['site.css', 'js/site.js', 'js/trusted.js', 'icons/sprite.svg', 'icons/favicon.svg'];

const asset = (file) => `/assets/${VERSION}/${file}`;

self.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    // Without cookies: the page must be nobody's.
    await cache.add(new Request(OFFLINE, { credentials: 'omit' }));
    await cache.addAll(SHELL.map(asset));
    await self.skipWaiting();
  })());
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith('funsun-') && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (url.pathname.startsWith(`/assets/${VERSION}/`)) {
    event.respondWith(keep(request));
  }
});

async function keep(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(CACHE);
    await cache.put(request, response.clone());
  }
  return response;
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
