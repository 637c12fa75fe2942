// Layout of every screen at 320 px and at 200 % zoom; touch targets; keyboard.

import assert from 'node:assert/strict';
import { DESKTOP, PHONE } from './visitors.js';
import { SCREENS, openScreen } from './screens.js';
import { fixturesFor } from './fixtures.js';

const { test, fixtures } = fixturesFor();
const SMALLEST = { ...PHONE, viewport: { width: 320, height: 640 } };
// A zoom of 200 % halves the viewport of DESKTOP.
const ZOOMED = { width: 640, height: 450 };
const TABS_MOST = 150;

for (const screen of SCREENS) {
  test(`${screen.name} fits 320 px and 200 % zoom, has large enough targets, and can be used by keyboard`, async (visitors) => {
    const { page } = await openScreen(visitors, fixtures, screen, SMALLEST);
    assert.deepEqual(await page.evaluate(tooWide), [], 'at 320 px');
    assert.deepEqual(await page.evaluate(tooSmall), [], 'targets');
    assert.deepEqual(await page.evaluate(badPictures), [], 'pictures');
    await page.setViewportSize(ZOOMED);
    assert.deepEqual(await page.evaluate(tooWide), [], 'at 200 % zoom');
    await page.setViewportSize(DESKTOP.viewport);
    await walk(page, await page.evaluate(stops));
  });
}

test('a skip link leads to the content', async (visitors) => {
  const { page } = await openScreen(visitors, fixtures, SCREENS[0], DESKTOP);
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: '본문으로 건너뛰기' });
  assert.ok(await skip.evaluate((link) => link === document.activeElement && link.getBoundingClientRect().top >= 0));
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.closest('main')?.id), 'main');
});

/** Presses Tab from the top of the page until every tab stop has been reached once. */
async function walk(page, expected) {
  await page.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
  });
  const seen = [];
  for (let turn = 0; turn < TABS_MOST && seen.length < expected; turn += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(inspectFocus);
    if (!stop) break;
    // The browser divides a date field into several stops and shows the focus itself.
    if (stop.place === seen.at(-1)) continue;
    assert.deepEqual(stop.wrong, [], stop.name);
    seen.push(stop.place);
  }
  assert.equal(seen.length, expected, 'every stop is reached');
  assert.deepEqual(seen, [...seen].sort((one, other) => one - other), 'in the order of the page');
}

/** Elements that overflow to the right, except inside scroll containers. Runs in the page. */
function tooWide() {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const scrolls = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== 'visible') return true;
    }
    return false;
  };
  const wide = [...document.body.querySelectorAll('*')].filter((element) => (
    element.getBoundingClientRect().right > room + 0.5 && !scrolls(element)));
  return [`${document.documentElement.scrollWidth} px of ${room}`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 160))];
}

/** Touch targets that are too small, except links in a line of text (WCAG 2.5.8). Runs in the page. */
function tooSmall() {
  const LEAST = 43.5;
  const inText = (element) => {
    const around = element.parentElement;
    const isText = (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '';
    return element.matches('a') && around.matches('p, li, dd, span, .notice') && [...around.childNodes].some((node) => (
      isText(node) || (node !== element && node.nodeName === 'STRONG')));
  };
  const hits = (element) => {
    element.scrollIntoView({ block: 'center' });
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const own = (at) => at && (element.contains(at) || at.closest('label') === element.closest('label, body'));
    return [[x - 21, y], [x + 21, y], [x, y - 21], [x, y + 21]].every(([atX, atY]) => own(document.elementFromPoint(atX, atY)));
  };
  const small = [];
  for (const element of document.querySelectorAll('a[href], button, input, select, textarea, summary')) {
    if (element.type === 'hidden' || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.matches('.skip-link, [aria-hidden="true"]') || inText(element)) continue;
    const { width, height } = (element.closest('label') ?? element).getBoundingClientRect();
    if ((width < LEAST || height < LEAST) && !hits(element)) {
      small.push(`${Math.round(width)} × ${Math.round(height)}: ${element.outerHTML.slice(0, 160)}`);
    }
  }
  return small;
}

/** Pictures that would shift the layout, or load before they are needed. Runs in the page. */
function badPictures() {
  scrollTo(0, 0);
  const bad = [];
  for (const picture of document.images) {
    const has = (name) => picture.hasAttribute(name);
    const below = picture.getBoundingClientRect().top > innerHeight;
    const ours = picture.getAttribute('src').startsWith('/media/');
    const small = picture.closest('.avatar, .chosen');
    const complaints = [
      !(has('width') && has('height')) && 'no size',
      below && picture.loading !== 'lazy' && 'not lazy',
      ours && !small && !has('srcset') && 'one size only',
      !has('alt') && 'no alt',
    ].filter(Boolean);
    if (complaints.length) bad.push(`${complaints.join(', ')}: ${picture.outerHTML.slice(0, 120)}`);
  }
  return bad;
}

/** The number of tab stops. Runs in the page. */
function stops() {
  const all = document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]');
  const radios = new Set();
  return [...all].filter((element) => {
    if (element.disabled || element.tabIndex < 0 || element.type === 'hidden' || !element.checkVisibility({ visibilityProperty: true })) return false;
    if (element.type !== 'radio') return true;
    const first = !radios.has(element.name);
    radios.add(element.name);
    return first;
  }).length;
}

/** The focused element, and what is wrong with how its focus is shown. Runs in the page. */
function inspectFocus() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const outlined = (at) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(at);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  };
  const shown = outlined(element) || [element.nextElementSibling, element.closest('article')].some((at) => at && outlined(at));
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const inside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
  const at = document.elementFromPoint((left + right) / 2, Math.min(Math.max((top + bottom) / 2, 1), innerHeight - 1));
  const covered = inside && at && !element.contains(at) && !at.contains(element) && at.closest('.top, .tabs-bottom, .support-bar, .toast');
  return {
    name: `${element.localName} ${element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 40)}`,
    place: [...document.querySelectorAll('*')].indexOf(element),
    wrong: [!shown && 'no focus indicator', !inside && 'outside the window', covered && 'behind a bar'].filter(Boolean),
  };
}
