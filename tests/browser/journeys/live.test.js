// An open funding page updates itself.

import assert from 'node:assert/strict';
import { support } from '../steps.js';
import { createFunding, giveSupport, member } from '../api.js';
import { testsOn } from '../visitors.js';
import { serverFor } from '../server.js';

const server = serverFor();
const test = testsOn(server);
// A page gets an event within a second or two, and reconnects some seconds after its stream broke off. The bound is the
// general one (wait.js): within it, nothing but the stream can have updated the page.

const seesPercent = ({ page }, text) => page.locator('.percent').getByText(text, { exact: true }).waitFor();

test('a new message and the total appear in open pages and are announced', async (visitors) => {
  const author = await visitors.desktop();
  const funding = await createFunding(server, await author.logInAsMember('지켜보는작가'), { title: '살아 있는 펀딩' });
  await author.goto(funding);
  await author.seesText('첫 번째 친구가 되어 주세요');
  const guest = await visitors.phone();
  await guest.goto(funding);

  const friend = await visitors.phone();
  await friend.logInAsMember('몰래온친구');
  await support(friend, funding, { amount: 40_000, message: '짜잔, 놀랐지?' });

  for (const watcher of [author, guest]) {
    await watcher.seesText('짜잔, 놀랐지?');
    await seesPercent(watcher, '40%');
    assert.equal(await watcher.hasText('첫 번째 친구가 되어 주세요'), false);
    await watcher.page.locator('[aria-live], [role="status"]').getByText('새 응원이 도착했어요.').waitFor({ state: 'attached' });
  }
  await author.page.locator('.message').getByText('40,000원').waitFor(); // The author sees what each has given.
  assert.equal(await guest.page.locator('.message').getByText('40,000원').count(), 0, 'a guest does not');
});

test('a new message does not disturb a reply being written', async (visitors) => {
  const author = await visitors.desktop();
  const funding = await createFunding(server, await author.logInAsMember('답장쓰는'), { title: '바쁜 펀딩' });
  await giveSupport(server, await member(server, '먼저온친구'), funding, { message: '먼저 왔어' });
  await author.goto(funding);
  await author.page.getByText('고마움 전하기').click();
  await author.page.getByRole('textbox', { name: '고마움 전하기' }).fill('쓰는 중이에요');
  await giveSupport(server, await member(server, '나중온친구'), funding, { message: '나중에 왔어' });
  await author.seesText('나중에 왔어');
  assert.equal(await author.page.getByRole('textbox', { name: '고마움 전하기' }).first().inputValue(), '쓰는 중이에요');
});

test('a page that lost its connection catches up', async (visitors) => {
  const guest = (await visitors.desktop()).allows(/ERR_INTERNET_DISCONNECTED/);
  const funding = await createFunding(server, await member(server, '지하철작가'), { title: '끊겼다 이어진 펀딩' });
  await guest.goto(funding);
  // The page's own background requests end before the connection is cut.
  await guest.page.evaluate(async () => { await navigator.serviceWorker.ready; });
  await guest.context.setOffline(true);
  await giveSupport(server, await member(server, '터널친구'), funding, { amount: 30_000, message: '터널 안에서 보냄' });
  await guest.context.setOffline(false);
  await guest.seesText('터널 안에서 보냄');
  await seesPercent(guest, '30%');
});

test('when a funding ends, open pages lose the support button', async (visitors) => {
  const guest = await visitors.phone();
  const funding = await createFunding(server, await member(server, '마감임박'), { title: '곧 끝나는 펀딩', days: 1 });
  await guest.goto(funding);
  await guest.page.getByRole('link', { name: '함께하기' }).waitFor();
  await server.moveClock(25 * 3_600);
  try {
    await guest.page.locator('.badge').getByText('마감됨').waitFor();
    assert.equal(await guest.page.getByRole('link', { name: '함께하기' }).count(), 0);
  } finally {
    await server.moveClock(0);
  }
});
