// What happens to a funding while somebody looks at it: its amounts, its messages, its end.

import { fetchPage, openStream } from './trusted.js';

// How long a tab that nobody sees keeps its stream.
const UNSEEN_MS = 30_000;
// Pause after the server refused, and how often it grows twice as long. Meanwhile the page stays as it is.
const REFUSED_MS = 60_000;
const REFUSALS = 5;

const funding = document.querySelector('[data-live]');
const status = funding.querySelector('[data-live-status]');
// On a further page of messages new ones have no place.
const isFirstPage = 'after' in funding.dataset;
let newest = Number(funding.dataset.after);
// What the messages look like: later this page no longer is what the server made.
let looks = `&looks=${funding.dataset.looks}`;
let refusals = 0;
let stream;
let timer;

const list = () => funding.querySelector('.messages');
const numberOf = (message) => Number(message.id.replace('support-', ''));
// Somebody is at work there: it is neither replaced nor removed.
const isBusy = (part) => part.contains(document.activeElement) || part.querySelector('details[open]') !== null;

// Emptied first: the same words twice would be read out once.
function say(text) {
  status.textContent = '';
  setTimeout(() => { status.textContent = text; }, 200);
}

function takeAmounts(page) {
  for (const fresh of page.querySelectorAll('[data-part]')) {
    const shown = funding.querySelector(`[data-part="${fresh.dataset.part}"]`);
    if (!shown || shown.isEqualNode(fresh)) continue;
    const held = shown.contains(document.activeElement);
    if ('ended' in fresh.dataset && !('ended' in shown.dataset)) say(status.dataset.ended);
    shown.replaceWith(document.adoptNode(fresh));
    if (held) fresh.querySelector('a')?.focus();
  }
}

function takeMessage(page, event) {
  newest = Math.max(newest, Number(event.lastEventId));
  const fresh = page.querySelector('.message');
  if (document.getElementById(fresh.id)) {
    takeChanged(page);
  } else if (isFirstPage) {
    const older = [...list().children].find((message) => numberOf(message) < numberOf(fresh));
    fresh.classList.add('message-new');
    list().insertBefore(document.adoptNode(fresh), older ?? null);
    say(status.dataset.arrived);
  }
  showEmptiness();
}

function takeChanged(page) {
  const fresh = page.querySelector('.message');
  const shown = document.getElementById(fresh.id);
  if (!shown || shown.isEqualNode(fresh) || isBusy(shown)) return;
  shown.replaceWith(document.adoptNode(fresh));
}

function keepListed({ from, ids }) {
  for (const message of [...list().children]) {
    const number = numberOf(message);
    if (number >= from && !ids.includes(number) && !isBusy(message)) message.remove();
  }
  showEmptiness();
}

function showEmptiness() {
  const empty = funding.querySelector('.empty');
  if (empty) empty.hidden = list().children.length > 0;
}

// More has happened than the stream tells: the messages are read again, unless somebody is at work there.
async function readAgain(event) {
  newest = Math.max(newest, Number(event.lastEventId));
  if (!isFirstPage) return;
  try {
    const page = await fetchPage(location.pathname);
    const fresh = page.querySelector('[data-live-messages]');
    const shown = funding.querySelector('[data-live-messages]');
    if (!fresh || isBusy(shown)) return;
    shown.replaceWith(document.adoptNode(fresh));
    say(status.dataset.arrived);
  } catch {
    // The page stays as it is; opened again it shows everything.
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
  const known = isFirstPage ? `?after=${newest}${looks}` : '';
  looks = '';
  const takers = { amounts: takeAmounts, message: takeMessage, changed: takeChanged };
  stream = openStream(funding.dataset.live + known, takers);
  stream.addEventListener('listed', (event) => keepListed(JSON.parse(event.data)));
  stream.addEventListener('stale', readAgain);
  stream.addEventListener('open', () => { refusals = 0; });
  stream.addEventListener('error', () => {
    // A stream that only broke off comes again by itself.
    if (stream?.readyState !== EventSource.CLOSED) return;
    close();
    timer = setTimeout(open, REFUSED_MS * 2 ** refusals);
    refusals = Math.min(refusals + 1, REFUSALS);
  });
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(timer);
  if (document.hidden) timer = setTimeout(close, UNSEEN_MS);
  else open();
});
// A page with an open stream is not kept for the way back.
addEventListener('pagehide', close);
addEventListener('pageshow', open);
open();
