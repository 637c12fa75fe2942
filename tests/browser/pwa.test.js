// On somebody's device: it can be installed, says so when there is no connection, and keeps nothing private.

import assert from 'node:assert/strict';
import { storiesOn } from './visitors.js';
import { stageFor } from './server.js';

const stage = stageFor({ DEMO_CAST: 'on' });
const story = storiesOn(stage);

/** The pages are in the hands of the service worker. */
async function isInstalled({ page }) {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller) return;
    await new Promise((taken) => navigator.serviceWorker.addEventListener('controllerchange', taken, { once: true }));
  });
}

/** Paths that the device keeps. */
const kept = ({ page }) => page.evaluate(async () => {
  const paths = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname);
  }
  return paths.sort();
});

story('a browser can install it, with icons of the sizes that it names', async (people) => {
  const guest = await people.phone();
  await guest.goes('/');
  await isInstalled(guest);
  const browser = await guest.context.newCDPSession(guest.page);
  const { errors, data } = await browser.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const { installabilityErrors } = await browser.send('Page.getInstallabilityErrors');
  // A browser context of its own is private, and private windows install nothing.
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
  for (const { url } of manifest.shortcuts) assert.ok((await guest.goes(url)).ok(), url);
});

story('without a connection a page says so, and goes on when it is back', async (people) => {
  const guest = (await people.phone()).expects(/ERR_INTERNET_DISCONNECTED/);
  await guest.goes('/');
  await isInstalled(guest);
  await guest.context.setOffline(true);
  await guest.goes('/faq');
  await guest.readsHeading('인터넷에 연결되어 있지 않아요');
  const paper = await guest.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(paper, 'rgb(255, 247, 248)', 'in our colours');
  await guest.context.setOffline(false);
  await guest.presses('다시 시도');
  await guest.readsHeading('자주 묻는 질문');
});

story('what a member has seen is not kept on the device', async (people) => {
  const member = await people.phone();
  await member.comesInAs('한소리');
  await isInstalled(member);
  for (const path of ['/me', '/me/payments', '/notifications', '/fundings/6', '/settings']) await member.goes(path);
  for (const path of await kept(member)) assert.match(path, /^\/(offline$|assets\/)/);
  await member.goes('/me');
  await member.presses('로그아웃');
  await member.reads('로그아웃했어요.');
  for (const path of await kept(member)) assert.match(path, /^\/(offline$|assets\/)/);
  member.expects(/ERR_INTERNET_DISCONNECTED/);
  await member.context.setOffline(true);
  await member.goes('/me');
  await member.readsHeading('인터넷에 연결되어 있지 않아요');
  assert.equal(await member.canRead('한소리'), false);
});
