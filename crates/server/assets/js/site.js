// Runs on every page: registers the service worker, removes toasts after a while.

import { workerUrl } from './trusted.js';

if ('serviceWorker' in navigator) {
  // A browser in private mode refuses; the site works without it.
  navigator.serviceWorker.register(workerUrl(), { scope: '/' }).catch(() => {});
}

// A draft is deleted when its own form, whose key is in the fragment, has opened a funding, and when its author has
// logged out here. No link can forge the key, and an expired login deletes nothing.
const done = new URLSearchParams(location.search).get('done');
const loggedOut = ['logged_out', 'withdrawn'].includes(done) && document.body.classList.contains('guest');
const usedFormKey = done === 'opened' && location.hash.slice(1);
if (loggedOut || usedFormKey) {
  try {
    const draft = JSON.parse(localStorage.getItem('funding-draft'));
    if (loggedOut || draft?.attempt === usedFormKey) localStorage.removeItem('funding-draft');
  } catch {
    // Storage is not available.
  }
}

const toast = document.querySelector('[data-toast]');
if (toast) {
  // The toast is not shown again when the page is reloaded or shared.
  const url = new URL(location.href);
  url.searchParams.delete('done');
  if (usedFormKey) url.hash = '';
  history.replaceState(history.state, '', url);
  toast.querySelector('button')?.addEventListener('click', () => toast.remove());
  setTimeout(() => toast.remove(), 6000);
}
