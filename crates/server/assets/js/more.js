// Endless scroll: the next page is appended when its link comes near the window.

import { fetchPage } from './trusted.js';

/** Pages loaded without a click; after them the link must be clicked, so that the footer can be reached. */
const AUTO_PAGES = 5;

const list = document.querySelector('[data-more-list]');
const link = document.querySelector('[data-more]');
const status = document.querySelector('[data-more-status]');

/** Appends the next page; returns its items. */
async function appendNextPage() {
  const page = await fetchPage(link.href);
  // A page without a list is not the end of the list: it may be the login page.
  if (!page.querySelector('[data-more-list]')) throw new Error('no list in the next page');
  const items = [...page.querySelectorAll('[data-more-list] > *')].map((item) => document.adoptNode(item));
  list.append(...items);
  const next = page.querySelector('[data-more]');
  if (next) {
    link.href = new URL(next.getAttribute('href'), link.href).href;
  } else {
    link.hidden = true;
  }
  return items;
}

/** Announces the new items to screen readers. */
function announce(count) {
  const texts = [status.dataset.added.replace('{count}', count)];
  if (link.hidden) texts.push(status.dataset.end);
  status.textContent = texts.join(' ');
}

let busy = false;
let pages = 0;

/** Loads one more page; after a click, the focus moves to its first item. */
async function loadMore(clicked) {
  if (busy) return;
  busy = true;
  const label = link.textContent;
  link.textContent = link.dataset.busy;
  link.setAttribute('aria-busy', 'true');
  const hadFocus = document.activeElement === link;
  try {
    const items = await appendNextPage();
    announce(items.length);
    // The focus must not stay on a link that has been hidden.
    if (clicked || (hadFocus && link.hidden)) items[0]?.querySelector('a')?.focus();
    pages += 1;
    if (!link.hidden && pages < AUTO_PAGES) watcher.observe(link);
  } catch {
    // The link goes on working as a plain link.
    link.removeEventListener('click', onClick);
    status.textContent = status.dataset.failed;
    status.classList.add('more-failed');
  } finally {
    link.textContent = label;
    link.removeAttribute('aria-busy');
    busy = false;
  }
}

function onClick(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  watcher.disconnect();
  loadMore(true);
}

const watcher = new IntersectionObserver(([entry]) => {
  if (!entry.isIntersecting) return;
  watcher.disconnect();
  loadMore(false);
}, { rootMargin: '50% 0px' });

if (list && link && status) {
  watcher.observe(link);
  link.addEventListener('click', onClick);
}
