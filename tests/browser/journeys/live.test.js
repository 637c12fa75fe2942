// A funding that somebody looks at changes by itself.

import assert from 'node:assert/strict';
import { supports } from '../steps.js';
import { funding as opened, gift, member } from '../api.js';
import { storiesOn } from '../visitors.js';
import { stageFor } from '../server.js';

const stage = stageFor();
const story = storiesOn(stage);
// A page hears within a second or two, and comes again some seconds after its stream broke off. How soon is bounded only
// by what everything is waited for (wait.js): in that time nothing but the stream can have brought the news.

const percent = ({ page }, text) => page.locator('.percent').getByText(text, { exact: true }).waitFor();

story('a new message and the total appear in a second window, and are said aloud', async (people) => {
  const author = await people.desktop();
  const funding = await opened(stage, await author.isMember('지켜보는작가'), { title: '살아 있는 펀딩' });
  await author.goes(funding);
  await author.reads('첫 번째 친구가 되어 주세요');
  const guest = await people.phone();
  await guest.goes(funding);

  const friend = await people.phone();
  await friend.isMember('몰래온친구');
  await supports(friend, funding, { amount: 40_000, message: '짜잔, 놀랐지?' });

  for (const watcher of [author, guest]) {
    await watcher.reads('짜잔, 놀랐지?');
    await percent(watcher, '40%');
    assert.equal(await watcher.canRead('첫 번째 친구가 되어 주세요'), false);
    await watcher.page.locator('[aria-live], [role="status"]').getByText('새 응원이 도착했어요.').waitFor({ state: 'attached' });
  }
  await author.page.locator('.message').getByText('40,000원').waitFor(); // The author sees what each has given.
  assert.equal(await guest.page.locator('.message').getByText('40,000원').count(), 0, 'a guest does not');
});

story('what is being written is not taken away by what arrives', async (people) => {
  const author = await people.desktop();
  const funding = await opened(stage, await author.isMember('답장쓰는'), { title: '바쁜 펀딩' });
  await gift(stage, await member(stage, '먼저온친구'), funding, { message: '먼저 왔어' });
  await author.goes(funding);
  await author.page.getByText('고마움 전하기').click();
  await author.page.getByRole('textbox', { name: '고마움 전하기' }).fill('쓰는 중이에요');
  await gift(stage, await member(stage, '나중온친구'), funding, { message: '나중에 왔어' });
  await author.reads('나중에 왔어');
  assert.equal(await author.page.getByRole('textbox', { name: '고마움 전하기' }).first().inputValue(), '쓰는 중이에요');
});

story('a page that lost its connection catches up', async (people) => {
  const guest = (await people.desktop()).expects(/ERR_INTERNET_DISCONNECTED/);
  const funding = await opened(stage, await member(stage, '지하철작가'), { title: '끊겼다 이어진 펀딩' });
  await guest.goes(funding);
  // Whatever the page still fetches by itself is there before the connection goes.
  await guest.page.evaluate(async () => { await navigator.serviceWorker.ready; });
  await guest.context.setOffline(true);
  await gift(stage, await member(stage, '터널친구'), funding, { amount: 30_000, message: '터널 안에서 보냄' });
  await guest.context.setOffline(false);
  await guest.reads('터널 안에서 보냄');
  await percent(guest, '30%');
});

story('when a funding ends while somebody looks, the button to support goes', async (people) => {
  const guest = await people.phone();
  const funding = await opened(stage, await member(stage, '마감임박'), { title: '곧 끝나는 펀딩', days: 1 });
  await guest.goes(funding);
  await guest.page.getByRole('link', { name: '함께하기' }).waitFor();
  await stage.moveClock(25 * 3_600);
  try {
    await guest.page.locator('.badge').getByText('마감됨').waitFor();
    assert.equal(await guest.page.getByRole('link', { name: '함께하기' }).count(), 0);
  } finally {
    await stage.moveClock(0);
  }
});
