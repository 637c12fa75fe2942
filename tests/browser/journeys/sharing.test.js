// A funding is passed on: by link, by code, by a card in a chat.

import assert from 'node:assert/strict';
import { befriend, funding as opened, member } from '../api.js';
import { storiesOn } from '../visitors.js';
import { stageFor } from '../server.js';

const stage = stageFor();
const story = storiesOn(stage);

/** Width and height of a picture, as the browser decodes it. */
const sizeOf = ({ page }, url) => page.evaluate(async (address) => {
  const picture = await createImageBitmap(await (await fetch(address)).blob());
  return [picture.width, picture.height];
}, url);

const meta = ({ page }, property) => page.locator(`meta[property="${property}"]`).getAttribute('content');

story('the page to share shows the card of the chat and a code to scan', async (people) => {
  const author = await people.phone();
  const funding = await opened(stage, await author.isMember('자랑하는'), { title: '자랑하고 싶은 선물' });
  await author.goes(funding);
  await author.presses('친구들에게 알리기');
  await author.readsHeading('대화방에서는 이렇게 보여요');
  const card = author.page.locator('.share-card img');
  await card.scrollIntoViewIfNeeded();
  await card.evaluate((picture) => picture.decode());
  assert.deepEqual(await card.evaluate((picture) => [picture.naturalWidth, picture.naturalHeight]), [800, 400]);
  assert.ok(await author.page.getByRole('img', { name: '펀딩 링크가 담긴 QR 코드' }).isVisible());
});

story('a phone offers its own way of sharing', async (people) => {
  const author = await people.phone();
  await author.page.addInitScript(() => {
    navigator.share = async (data) => { document.title = `${data.title} ${data.url}`; };
  });
  const funding = await opened(stage, await author.isMember('보내는'), { title: '보내고 싶은 선물' });
  await author.goes(`${funding}/share`);
  await author.presses('다른 앱으로 보내기');
  await author.page.waitForFunction((url) => document.title.endsWith(url), stage.url + funding);
  assert.match(await author.page.title(), /^보내고 싶은 선물 /);
});

story('the card of a public link has its title and a picture, the card of a secret one tells nothing', async (people) => {
  const [author, friend] = [await member(stage, '비밀작가'), await member(stage, '비밀친구')];
  await befriend(stage, author, friend);
  const open = await opened(stage, author, { title: '모두의 선물' });
  const secret = await opened(stage, author, { title: '비밀의 선물', isPublic: false });
  const guest = (await people.desktop()).expects(/status of 404/);
  await guest.goes(open);
  assert.equal(await meta(guest, 'og:title'), '모두의 선물');
  assert.deepEqual(await sizeOf(guest, await meta(guest, 'og:image')), [800, 400]);
  const shown = await guest.goes(secret);
  assert.doesNotMatch(await shown.text(), /비밀의 선물|비밀작가/);
});
