// Sharing a funding: link, QR code, link preview.

import assert from 'node:assert/strict';
import { befriend, createFunding, member } from '../api.js';
import { testsOn } from '../visitors.js';
import { serverFor } from '../server.js';

const server = serverFor();
const test = testsOn(server);

/** Width and height of a picture after decoding. */
const sizeOf = ({ page }, url) => page.evaluate(async (address) => {
  const picture = await createImageBitmap(await (await fetch(address)).blob());
  return [picture.width, picture.height];
}, url);

const meta = ({ page }, property) => page.locator(`meta[property="${property}"]`).getAttribute('content');

test('the share page shows the link preview and a QR code', async (visitors) => {
  const author = await visitors.phone();
  const funding = await createFunding(server, await author.logInAsMember('자랑하는'), { title: '자랑하고 싶은 선물' });
  await author.goto(funding);
  await author.click('친구들에게 알리기');
  await author.seesHeading('대화방에서는 이렇게 보여요');
  const card = author.page.locator('.share-card img');
  await card.scrollIntoViewIfNeeded();
  await card.evaluate((picture) => picture.decode());
  assert.deepEqual(await card.evaluate((picture) => [picture.naturalWidth, picture.naturalHeight]), [800, 400]);
  assert.ok(await author.page.getByRole('img', { name: '펀딩 링크가 담긴 QR 코드' }).isVisible());
});

test('a phone opens its own share sheet', async (visitors) => {
  const author = await visitors.phone();
  await author.page.addInitScript(() => {
    navigator.share = async (data) => { document.title = `${data.title} ${data.url}`; };
  });
  const funding = await createFunding(server, await author.logInAsMember('보내는'), { title: '보내고 싶은 선물' });
  await author.goto(`${funding}/share`);
  await author.click('다른 앱으로 보내기');
  await author.page.waitForFunction((url) => document.title.endsWith(url), server.url + funding);
  assert.match(await author.page.title(), /^보내고 싶은 선물 /);
});

test('the link preview of a public funding has title and picture; that of a friends-only one reveals nothing', async (visitors) => {
  const [author, friend] = [await member(server, '비밀작가'), await member(server, '비밀친구')];
  await befriend(server, author, friend);
  const open = await createFunding(server, author, { title: '모두의 선물' });
  const secret = await createFunding(server, author, { title: '비밀의 선물', isPublic: false });
  const guest = (await visitors.desktop()).allows(/status of 404/);
  await guest.goto(open);
  assert.equal(await meta(guest, 'og:title'), '모두의 선물');
  assert.deepEqual(await sizeOf(guest, await meta(guest, 'og:image')), [800, 400]);
  const shown = await guest.goto(secret);
  assert.doesNotMatch(await shown.text(), /비밀의 선물|비밀작가/);
});
