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
    // A page is asked for while this worker is still waking up.
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  })());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    event.respondWith(show(event));
  } else if (url.pathname.startsWith(`/assets/${VERSION}/`)) {
    event.respondWith(keep(event));
  }
});

/** A page, always from the server; without a connection the one that says so. */
async function show(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

/** A file of ours, which never changes at its address. */
async function keep(event) {
  const { request } = event;
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) event.waitUntil(store(request, response.clone()));
  return response;
}

/** A device without room keeps nothing; the file is shown all the same. */
async function store(request, response) {
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
