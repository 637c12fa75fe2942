// Runs on every page: the service worker, and toasts that go away again.

import { workerUrl } from './trusted.js';

if ('serviceWorker' in navigator) {
  // A browser in private mode refuses; the site works all the same.
  navigator.serviceWorker.register(workerUrl(), { scope: '/' }).catch(() => {});
}

// A draft is forgotten when its own form, whose number stands behind the #, has opened a funding, and when its author
// has logged out here. No link can make up the number, and a login that ran out takes nothing along.
const done = new URLSearchParams(location.search).get('done');
const left = ['logged_out', 'withdrawn'].includes(done) && document.body.classList.contains('guest');
const used = done === 'opened' && location.hash.slice(1);
if (left || used) {
  try {
    const draft = JSON.parse(localStorage.getItem('funding-draft'));
    if (left || draft?.attempt === used) localStorage.removeItem('funding-draft');
  } catch {
    // The device keeps nothing at all.
  }
}

const toast = document.querySelector('[data-toast]');
if (toast) {
  // What has been said once is not said again when the page is reloaded or shared.
  const url = new URL(location.href);
  url.searchParams.delete('done');
  if (used) url.hash = '';
  history.replaceState(history.state, '', url);
  toast.querySelector('button')?.addEventListener('click', () => toast.remove());
  setTimeout(() => toast.remove(), 6000);
}
