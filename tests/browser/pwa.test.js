// The installed app: manifest, offline page, and nothing private in the caches.

import assert from 'node:assert/strict';
import { testsOn } from './visitors.js';
import { serverFor } from './server.js';

const server = serverFor({ DEMO_CAST: 'on' });
const test = testsOn(server);

/** Waits until the service worker controls the page. */
async function serviceWorkerControls({ page }) {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller) return;
    await new Promise((taken) => navigator.serviceWorker.addEventListener('controllerchange', taken, { once: true }));
  });
}

/** Paths in the caches. */
const cached = ({ page }) => page.evaluate(async () => {
  const paths = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname);
  }
  return paths.sort();
});

test('the app can be installed, with icons of the declared sizes', async (visitors) => {
  const guest = await visitors.phone();
  await guest.goto('/');
  await serviceWorkerControls(guest);
  const browser = await guest.context.newCDPSession(guest.page);
  const { errors, data } = await browser.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const { installabilityErrors } = await browser.send('Page.getInstallabilityErrors');
  // Playwright's contexts are incognito, which does not allow installing.
  assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'), []);

  const manifest = JSON.parse(data);
  assert.equal(manifest.lang, 'ko');
  assert.ok(manifest.icons.some(({ purpose }) => purpose === 'maskable'));
  for (const { src, sizes } of manifest.icons.filter((icon) => icon.sizes !== 'any')) {
    const size = await guest.page.evaluate(async (path) => {
      const picture = new Image();
      picture.src = path;
      await picture.decode();
      return `${picture.naturalWidth}x${picture.naturalHeight}`;
    }, src);
    assert.equal(size, sizes, src);
  }
  for (const { url } of manifest.shortcuts) assert.ok((await guest.goto(url)).ok(), url);
});

test('without a connection the offline page is shown, and its button continues later', async (visitors) => {
  const guest = (await visitors.phone()).allows(/ERR_INTERNET_DISCONNECTED/);
  await guest.goto('/');
  await serviceWorkerControls(guest);
  await guest.context.setOffline(true);
  await guest.goto('/faq');
  await guest.seesHeading('인터넷에 연결되어 있지 않아요');
  const paper = await guest.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(paper, 'rgb(255, 247, 248)', 'in our colours');
  await guest.context.setOffline(false);
  await guest.click('다시 시도');
  await guest.seesHeading('자주 묻는 질문');
});

test('pages of a member are not cached', async (visitors) => {
  const member = await visitors.phone();
  await member.logInFromLanding('한소리');
  await serviceWorkerControls(member);
  for (const path of ['/me', '/me/payments', '/notifications', '/fundings/6', '/settings']) await member.goto(path);
  for (const path of await cached(member)) assert.match(path, /^\/(offline$|assets\/)/);
  await member.goto('/me');
  await member.click('로그아웃');
  await member.seesText('로그아웃했어요.');
  for (const path of await cached(member)) assert.match(path, /^\/(offline$|assets\/)/);
  member.allows(/ERR_INTERNET_DISCONNECTED/);
  await member.context.setOffline(true);
  await member.goto('/me');
  await member.seesHeading('인터넷에 연결되어 있지 않아요');
  assert.equal(await member.hasText('한소리'), false);
});
