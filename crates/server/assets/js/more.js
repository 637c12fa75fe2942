// Endless scroll: what the "more" link leads to is added below, before somebody has to press it.

import { fetchPage } from './trusted.js';

const list = document.querySelector('[data-more-list]');

async function addNext(link) {
  link.setAttribute('aria-busy', 'true');
  try {
    const page = await fetchPage(link.href);
    const items = page.querySelectorAll('[data-more-list] > *');
    list.append(...[...items].map((item) => document.adoptNode(item)));
    const next = page.querySelector('[data-more]');
    if (next) {
      link.href = new URL(next.getAttribute('href'), link.href).href;
      return true;
    }
    link.parentElement.remove();
  } catch {
    // The link itself still leads on.
  } finally {
    link.removeAttribute('aria-busy');
  }
  return false;
}

const link = document.querySelector('[data-more]');
if (list && link) {
  const watcher = new IntersectionObserver(async ([entry]) => {
    if (!entry.isIntersecting) return;
    watcher.disconnect();
    if (await addNext(link)) watcher.observe(link);
  }, { rootMargin: '50% 0px' });
  watcher.observe(link);
}
