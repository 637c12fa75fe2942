// Endless scroll: what the "more" link leads to is added below, before somebody has to press it.

import { fetchPage } from './trusted.js';

/** Pages that come by themselves; then the link waits to be pressed, and what is below it can be reached. */
const BY_ITSELF = 5;

const list = document.querySelector('[data-more-list]');
const link = document.querySelector('[data-more]');
const said = document.querySelector('[data-more-said]');

/** Adds the next page; gives back its items. */
async function addNext() {
  const page = await fetchPage(link.href);
  // The page to log in on, for one: its answer is no list that has ended.
  if (!page.querySelector('[data-more-list]')) throw new Error('there is no list');
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

/** Says what has come, to those who don't see it. */
function tell(count) {
  const words = [said.dataset.added.replace('{count}', count)];
  if (link.hidden) words.push(said.dataset.end);
  said.textContent = words.join(' ');
}

let busy = false;
let pages = 0;

/** One page more; `pressed` by somebody, who is led to the first of it. */
async function more(pressed) {
  if (busy) return;
  busy = true;
  const label = link.textContent;
  link.textContent = link.dataset.busy;
  link.setAttribute('aria-busy', 'true');
  const here = document.activeElement === link;
  try {
    const items = await addNext();
    tell(items.length);
    // Whoever pressed it wants to read on; whoever stood on it must not be left on nothing.
    if (pressed || (here && link.hidden)) items[0]?.querySelector('a')?.focus();
    pages += 1;
    if (!link.hidden && pages < BY_ITSELF) watcher.observe(link);
  } catch {
    // The link stays, as a plain link.
    link.removeEventListener('click', press);
    said.textContent = said.dataset.failed;
    said.classList.add('more-failed');
  } finally {
    link.textContent = label;
    link.removeAttribute('aria-busy');
    busy = false;
  }
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  watcher.disconnect();
  more(true);
}

const watcher = new IntersectionObserver(([entry]) => {
  if (!entry.isIntersecting) return;
  watcher.disconnect();
  more(false);
}, { rootMargin: '50% 0px' });

if (list && link && said) {
  watcher.observe(link);
  link.addEventListener('click', press);
}
