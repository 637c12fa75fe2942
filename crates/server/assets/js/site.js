// Runs on every page: the service worker, and toasts that go away again.

import { workerUrl } from './trusted.js';

if ('serviceWorker' in navigator) {
  // A browser in private mode refuses; the site works all the same.
  navigator.serviceWorker.register(workerUrl(), { scope: '/' }).catch(() => {});
}

// A draft belongs to whoever is logged in, until it is published. The page without a connection knows nobody.
const opened = new URLSearchParams(location.search).get('done') === 'opened';
const nobody = 'nobody' in document.body.dataset && !document.querySelector('[data-offline]');
if (opened || nobody) {
  try {
    localStorage.removeItem('funding-draft');
  } catch {
    // The device keeps nothing at all.
  }
}

const toast = document.querySelector('[data-toast]');
if (toast) {
  // What has been said once is not said again when the page is reloaded or shared.
  const url = new URL(location.href);
  url.searchParams.delete('done');
  history.replaceState(history.state, '', url);
  toast.querySelector('button')?.addEventListener('click', () => toast.remove());
  setTimeout(() => toast.remove(), 6000);
}
