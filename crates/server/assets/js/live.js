// Updates an open funding page from the server's event stream: amounts, messages, its end.

import { fetchPage, openStream } from './trusted.js';

// How long a hidden tab keeps its stream.
const HIDDEN_MS = 30_000;
// Pause before asking again after the server refused the stream, and how often it doubles.
const RETRY_MS = 60_000;
const DOUBLINGS = 5;

const funding = document.querySelector('[data-live]');
const status = funding.querySelector('[data-live-status]');
// New messages belong on the first page of messages only.
const isFirstPage = 'after' in funding.dataset;
let newest = Number(funding.dataset.after);
// The server's digest of the messages as rendered. Sent once: later the page differs from what the server rendered.
let digest = `&looks=${funding.dataset.looks}`;
let refusals = 0;
let stream;
let timer;

const list = () => funding.querySelector('.messages');
const numberOf = (message) => Number(message.id.replace('support-', ''));
// The visitor is using this part: it is neither replaced nor removed.
const isInUse = (part) => part.contains(document.activeElement) || part.querySelector('details[open]') !== null;

// Emptied first: a screen reader would not read the same text a second time.
function announce(text) {
  status.textContent = '';
  setTimeout(() => { status.textContent = text; }, 200);
}

function replaceAmounts(page) {
  for (const fresh of page.querySelectorAll('[data-part]')) {
    const shown = funding.querySelector(`[data-part="${fresh.dataset.part}"]`);
    if (!shown || shown.isEqualNode(fresh)) continue;
    const hadFocus = shown.contains(document.activeElement);
    if ('ended' in fresh.dataset && !('ended' in shown.dataset)) announce(status.dataset.ended);
    shown.replaceWith(document.adoptNode(fresh));
    if (hadFocus) fresh.querySelector('a')?.focus();
  }
}

function addMessage(page, event) {
  newest = Math.max(newest, Number(event.lastEventId));
  const fresh = page.querySelector('.message');
  if (document.getElementById(fresh.id)) {
    replaceMessage(page);
  } else if (isFirstPage) {
    const older = [...list().children].find((message) => numberOf(message) < numberOf(fresh));
    fresh.classList.add('message-new');
    list().insertBefore(document.adoptNode(fresh), older ?? null);
    announce(status.dataset.arrived);
  }
  updateEmptyNotice();
}

function replaceMessage(page, event) {
  const fresh = page.querySelector('.message');
  const shown = document.getElementById(fresh.id);
  if (!shown) {
    // It was given before the page was rendered, and stored after.
    addMessage(page, event);
    return;
  }
  if (shown.isEqualNode(fresh) || isInUse(shown)) return;
  shown.replaceWith(document.adoptNode(fresh));
}

function removeUnlisted({ from, ids }) {
  for (const message of [...list().children]) {
    const number = numberOf(message);
    if (number >= from && !ids.includes(number) && !isInUse(message)) message.remove();
  }
  updateEmptyNotice();
}

function updateEmptyNotice() {
  const empty = funding.querySelector('.empty');
  if (empty) empty.hidden = list().children.length > 0;
}

// The stream has skipped events: the messages are reloaded, unless the visitor is using them.
async function reloadMessages(event) {
  newest = Math.max(newest, Number(event.lastEventId));
  if (!isFirstPage) return;
  try {
    const page = await fetchPage(location.pathname);
    const fresh = page.querySelector('[data-live-messages]');
    const shown = funding.querySelector('[data-live-messages]');
    if (!fresh || isInUse(shown)) return;
    shown.replaceWith(document.adoptNode(fresh));
    announce(status.dataset.arrived);
  } catch {
    // The page stays as it is; reloading it shows everything.
  }
}

function close() {
  clearTimeout(timer);
  stream?.close();
  stream = undefined;
}

function open() {
  clearTimeout(timer);
  if (stream || document.hidden) return;
  const query = isFirstPage ? `?after=${newest}${digest}` : '';
  digest = '';
  const handlers = { amounts: replaceAmounts, message: addMessage, changed: replaceMessage };
  stream = openStream(funding.dataset.live + query, handlers);
  stream.addEventListener('listed', (event) => removeUnlisted(JSON.parse(event.data)));
  stream.addEventListener('stale', reloadMessages);
  stream.addEventListener('open', () => { refusals = 0; });
  stream.addEventListener('error', () => {
    // The browser reconnects by itself unless the server has refused.
    if (stream?.readyState !== EventSource.CLOSED) return;
    close();
    timer = setTimeout(open, RETRY_MS * 2 ** refusals);
    refusals = Math.min(refusals + 1, DOUBLINGS);
  });
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(timer);
  if (document.hidden) timer = setTimeout(close, HIDDEN_MS);
  else open();
});
// An open stream would keep the page out of the back/forward cache.
addEventListener('pagehide', close);
addEventListener('pageshow', open);
open();
