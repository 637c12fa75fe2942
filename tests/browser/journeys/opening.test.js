// An author with a phone: from the front door to a funding that is shared.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { PICTURE, addsBankAccount, opensFunding } from '../steps.js';
import { PHONE, storiesOn } from '../visitors.js';
import { stageFor } from '../server.js';

const stage = stageFor();
const story = storiesOn(stage);
const WISH = { title: '비 오는 날의 노란 우산', text: '장마가 오기 전에 하나 갖고 싶어요.', goal: 45_000, picture: PICTURE };

/** Whether a picture comes, however long it takes. */
async function isShown(image) {
  await image.scrollIntoViewIfNeeded();
  return image.evaluate((picture) => picture.decode().then(() => picture.naturalWidth > 0, () => false));
}

story('a newcomer logs in with Kakao, adds a bank account, opens a funding and shares its link', async (people) => {
  const author = await people.come(PHONE, { permissions: ['clipboard-read', 'clipboard-write'] });
  await author.comesInAs('서지우', { birthday: '0912' });
  await author.presses(/^갖고 싶은 것이 있나요/);
  await author.presses('계좌 등록하기');
  await author.isAt('/me/edit');
  await addsBankAccount(author);
  await opensFunding(author, WISH);
  await author.reads('펀딩을 열었어요. 이제 친구들에게 알려 주세요!');

  await author.presses('친구들에게 알리기');
  await author.presses('복사');
  await author.reads('복사했어요. 대화방에 붙여 넣어 보세요.');
  const link = await author.page.evaluate(() => navigator.clipboard.readText());
  const friend = await people.phone();
  await friend.goes(link);
  await friend.readsHeading(WISH.title);
  await friend.reads('목표 45,000원');
  assert.ok(await isShown(friend.page.locator('.funding .picture img')));
});

story('an author looks at the preview, changes something, and publishes what was shown', async (people) => {
  const author = await people.phone();
  await author.isMember('두번보는');
  await author.goes('/fundings/new');
  await author.writes('갖고 싶은 것', '빨간 우산');
  await author.writes('이야기', '비가 와도 괜찮아요.');
  await author.field('사진').setInputFiles(PICTURE);
  await author.writes('목표 금액', '50000');
  await author.picks('친구 공개');
  await author.presses('미리보기');
  await author.readsHeading('이렇게 보여요');
  await author.reads('아직 아무에게도 보이지 않아요. 마음에 들면 펀딩을 열어 주세요.');
  assert.ok(await isShown(author.page.locator('.preview-card .picture img')));
  await author.presses('고치기');
  await author.writes('갖고 싶은 것', '파란 우산');
  await author.presses('미리보기');
  await author.readsHeading('파란 우산');
  await author.picks(/^\s*목표를 채우지 못해도/);
  await author.presses('펀딩 열기', { role: 'button' });
  await author.reads('펀딩을 열었어요. 이제 친구들에게 알려 주세요!');
  await author.reads('친구 공개');
  assert.ok(await isShown(author.page.locator('.funding .picture img')), 'the picture was kept all the way');
});

story('at a desk the form shows beside itself how the funding will look', async (people) => {
  const author = await people.desktop();
  await author.isMember('미리보는');
  await author.goes('/fundings/new');
  const preview = author.page.getByRole('complementary', { name: '미리보기' });
  await author.writes('갖고 싶은 것', '초록 우산');
  await author.field('목표 금액').pressSequentially('30000');
  await author.hasValue('목표 금액', '30,000');
  await preview.getByRole('heading', { name: '초록 우산' }).waitFor();
  await preview.getByText('목표 30,000원').waitFor();
});

story('the link of a shop fills in title and picture, and keeps what was written', async (people) => {
  const shop = await openShop();
  try {
    const author = await people.phone();
    await author.isMember('붙여넣는');
    await author.goes('/fundings/new');
    await author.writes('이야기', '이 우산이 제일 예뻐요.');
    await author.writes('상품 링크', `${shop.url}/umbrella`);
    await author.presses('불러오기');
    await author.reads('이름을 채웠어요. 사진도 담았어요.');
    assert.equal(await author.field('갖고 싶은 것').inputValue(), '우산 가게의 투명 우산');
    assert.equal(await author.field('이야기').inputValue(), '이 우산이 제일 예뻐요.');
    assert.ok(await isShown(author.page.getByAltText('고른 사진')));
  } finally {
    shop.close();
  }
});

story('what is typed into a new funding is still there tomorrow, until it is published', async (people) => {
  const author = await people.desktop();
  const title = author.field('갖고 싶은 것');
  await author.isMember('오래고민');
  await addsBankAccount(author);
  await author.goes('/fundings/new');
  await author.writes('갖고 싶은 것', '생각이 필요한 선물');
  await author.writes('이야기', '조금 더 생각해 볼게요.');
  // A link that says so publishes nothing.
  await author.goes('/?done=opened');
  await author.goes('/fundings/new');
  await author.reads('지난번에 쓰던 펀딩이');
  // What is typed meanwhile does not take its place.
  await author.writes('갖고 싶은 것', 'ㅇ');
  await author.goes('/fundings/new');
  await author.presses('이어서 쓰기');
  assert.equal(await title.inputValue(), '생각이 필요한 선물');
  assert.equal(await author.field('이야기').inputValue(), '조금 더 생각해 볼게요.');

  await author.writes('목표 금액', '30000');
  await author.picks(/^\s*목표를 채우지 못해도/);
  await author.presses('펀딩 열기', { role: 'button' });
  await author.readsHeading('생각이 필요한 선물');
  await author.page.waitForURL((url) => /^\/fundings\/\d+$/.test(url.pathname) && url.hash === '');
  await author.goes('/fundings/new');
  assert.equal(await title.inputValue(), '');
  assert.equal(await author.canRead('지난번에 쓰던 펀딩이'), false);

  // Gone with its author who logs out.
  await author.writes('갖고 싶은 것', '다음 선물');
  await author.goes('/fundings/new');
  await author.reads('지난번에 쓰던 펀딩이');
  await author.goes('/me');
  await author.presses('로그아웃');
  await author.reads('로그아웃했어요');
  assert.equal(await author.page.evaluate(() => localStorage.getItem('funding-draft')), null);
});

story('a used form that comes back with another wish keeps it, and opens it at the second press', async (people) => {
  const author = (await people.phone()).expects(/status of 422/);
  await author.isMember('또하나');
  await addsBankAccount(author);
  let used;
  author.page.on('request', (request) => {
    const [, number] = request.postData()?.match(/name="attempt"\s+(\S{43})/) ?? [];
    used ??= number;
  });
  await opensFunding(author, { title: '첫 번째 선물' });
  // As a browser has it that goes back to the page before.
  await author.goes('/fundings/new');
  await author.page.locator('[name="attempt"]').evaluate((field, value) => (field.value = value), used);
  await author.writes('갖고 싶은 것', '🎁'.repeat(40));
  await author.reads('40/50');
  await author.writes('이야기', '하나 더 있어요.');
  await author.writes('목표 금액', '30000');
  await author.picks(/^\s*목표를 채우지 못해도/);
  await author.presses('펀딩 열기', { role: 'button' });
  await author.reads(/이미 펀딩을 열었어요/);
  await author.presses('펀딩 열기', { role: 'button' });
  await author.readsHeading('🎁'.repeat(40));
});

story('a form that can not be taken says at each field what to change, and keeps the rest', async (people) => {
  const author = (await people.phone()).expects(/status of 422/);
  await author.isMember('빨리빨리');
  await author.goes('/fundings/new');
  await author.writes('갖고 싶은 것', '너무 비싼 것');
  await author.writes('이야기', '이건 좀 비싸요.');
  await author.field('사진').setInputFiles(PICTURE);
  await author.writes('목표 금액', '99000000');
  await author.picks('친구 공개');
  await author.picks(/^\s*목표를 채우지 못해도/);
  await author.presses('펀딩 열기', { role: 'button' });
  const goal = author.field('목표 금액');
  await author.reads('1,000원에서 10,000,000원 사이로 적어 주세요.');
  assert.equal(await goal.getAttribute('aria-invalid'), 'true');
  assert.match(await author.page.title(), /^다시 확인해 주세요/);
  assert.equal(await author.field('갖고 싶은 것').inputValue(), '너무 비싼 것');
  assert.ok(await author.page.getByLabel('친구 공개').isChecked());
  assert.ok(await isShown(author.page.getByAltText('고른 사진')), 'the picture need not be chosen again');
});

/** A shop on this machine, with one umbrella. */
async function openShop() {
  const picture = await readFile(PICTURE);
  const page = `<!doctype html><html lang="ko"><title>가게</title>
    <meta property="og:title" content="우산 가게의 투명 우산"><meta property="og:image" content="/umbrella.png">`;
  const server = createServer((request, response) => {
    const isPicture = request.url === '/umbrella.png';
    response.writeHead(200, { 'content-type': isPicture ? 'image/png' : 'text/html; charset=utf-8' });
    response.end(isPicture ? picture : page);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
