// Opening a funding: from the landing page to a shared link.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { PICTURE, addBankAccount, openFunding } from '../steps.js';
import { PHONE, testsOn } from '../visitors.js';
import { serverFor } from '../server.js';

const server = serverFor();
const test = testsOn(server);
const WISH = { title: '비 오는 날의 노란 우산', text: '장마가 오기 전에 하나 갖고 싶어요.', goal: 45_000, picture: PICTURE };

/** Whether a picture is loaded, however long that takes. */
async function isShown(image) {
  await image.scrollIntoViewIfNeeded();
  return image.evaluate((picture) => picture.decode().then(() => picture.naturalWidth > 0, () => false));
}

test('a newcomer logs in with Kakao, adds a bank account, opens a funding and shares its link', async (visitors) => {
  const author = await visitors.newVisitor(PHONE, { permissions: ['clipboard-read', 'clipboard-write'] });
  await author.logInFromLanding('서지우', { birthday: '0912' });
  await author.click(/^갖고 싶은 것이 있나요/);
  await author.click('계좌 등록하기');
  await author.waitForPath('/me/edit');
  await addBankAccount(author);
  await openFunding(author, WISH);
  await author.seesText('펀딩을 열었어요. 이제 친구들에게 알려 주세요!');

  await author.click('친구들에게 알리기');
  await author.click('복사');
  await author.seesText('복사했어요. 대화방에 붙여 넣어 보세요.');
  const link = await author.page.evaluate(() => navigator.clipboard.readText());
  const friend = await visitors.phone();
  await friend.goto(link);
  await friend.seesHeading(WISH.title);
  await friend.seesText('목표 45,000원');
  assert.ok(await isShown(friend.page.locator('.funding .picture img')));
});

test('an author previews a funding, changes it, and publishes what the preview showed', async (visitors) => {
  const author = await visitors.phone();
  await author.logInAsMember('두번보는');
  await author.goto('/fundings/new');
  await author.fill('갖고 싶은 것', '빨간 우산');
  await author.fill('이야기', '비가 와도 괜찮아요.');
  await author.field('사진').setInputFiles(PICTURE);
  await author.fill('목표 금액', '50000');
  await author.check('친구 공개');
  await author.click('미리보기');
  await author.seesHeading('이렇게 보여요');
  await author.seesText('아직 아무에게도 보이지 않아요. 마음에 들면 펀딩을 열어 주세요.');
  assert.ok(await isShown(author.page.locator('.preview-card .picture img')));
  await author.click('고치기');
  await author.fill('갖고 싶은 것', '파란 우산');
  await author.click('미리보기');
  await author.seesHeading('파란 우산');
  await author.check(/^\s*목표를 채우지 못해도/);
  await author.click('펀딩 열기', { role: 'button' });
  await author.seesText('펀딩을 열었어요. 이제 친구들에게 알려 주세요!');
  await author.seesText('친구 공개');
  assert.ok(await isShown(author.page.locator('.funding .picture img')), 'the picture was kept all the way');
});

test('on a desktop the form has a live preview beside it', async (visitors) => {
  const author = await visitors.desktop();
  await author.logInAsMember('미리보는');
  await author.goto('/fundings/new');
  const preview = author.page.getByRole('complementary', { name: '미리보기' });
  await author.fill('갖고 싶은 것', '초록 우산');
  await author.field('목표 금액').pressSequentially('30000');
  await author.seesValue('목표 금액', '30,000');
  await preview.getByRole('heading', { name: '초록 우산' }).waitFor();
  await preview.getByText('목표 30,000원').waitFor();
});

test('a shop link fills in title and picture, and keeps what was written', async (visitors) => {
  const shop = await openShop();
  try {
    const author = await visitors.phone();
    await author.logInAsMember('붙여넣는');
    await author.goto('/fundings/new');
    await author.fill('이야기', '이 우산이 제일 예뻐요.');
    await author.fill('상품 링크', `${shop.url}/umbrella`);
    await author.click('불러오기');
    await author.seesText('이름을 채웠어요. 사진도 담았어요.');
    assert.equal(await author.field('갖고 싶은 것').inputValue(), '우산 가게의 투명 우산');
    assert.equal(await author.field('이야기').inputValue(), '이 우산이 제일 예뻐요.');
    assert.ok(await isShown(author.page.getByAltText('고른 사진')));
  } finally {
    shop.close();
  }
});

test('the draft of a new funding is kept until it is published', async (visitors) => {
  const author = await visitors.desktop();
  const title = author.field('갖고 싶은 것');
  await author.logInAsMember('오래고민');
  await addBankAccount(author);
  await author.goto('/fundings/new');
  await author.fill('갖고 싶은 것', '생각이 필요한 선물');
  await author.fill('이야기', '조금 더 생각해 볼게요.');
  // A link that claims a publication does not delete the draft.
  await author.goto('/?done=opened');
  await author.goto('/fundings/new');
  await author.seesText('지난번에 쓰던 펀딩이');
  // Typing does not overwrite a draft that is still on offer.
  await author.fill('갖고 싶은 것', 'ㅇ');
  await author.goto('/fundings/new');
  await author.click('이어서 쓰기');
  assert.equal(await title.inputValue(), '생각이 필요한 선물');
  assert.equal(await author.field('이야기').inputValue(), '조금 더 생각해 볼게요.');

  await author.fill('목표 금액', '30000');
  await author.check(/^\s*목표를 채우지 못해도/);
  await author.click('펀딩 열기', { role: 'button' });
  await author.seesHeading('생각이 필요한 선물');
  await author.page.waitForURL((url) => /^\/fundings\/\d+$/.test(url.pathname) && url.hash === '');
  await author.goto('/fundings/new');
  assert.equal(await title.inputValue(), '');
  assert.equal(await author.hasText('지난번에 쓰던 펀딩이'), false);

  // Logging out deletes it.
  await author.fill('갖고 싶은 것', '다음 선물');
  await author.goto('/fundings/new');
  await author.seesText('지난번에 쓰던 펀딩이');
  await author.goto('/me');
  await author.click('로그아웃');
  await author.seesText('로그아웃했어요');
  assert.equal(await author.page.evaluate(() => localStorage.getItem('funding-draft')), null);
});

test('a used form with another wish opens it', async (visitors) => {
  const author = await visitors.phone();
  await author.logInAsMember('또하나');
  await addBankAccount(author);
  let usedKey;
  author.page.on('request', (request) => {
    const [, key] = request.postData()?.match(/name="attempt"\s+(\S{43})/) ?? [];
    usedKey ??= key;
  });
  await openFunding(author, { title: '첫 번째 선물' });
  // The form as a browser shows it after going back.
  await author.goto('/fundings/new');
  await author.page.locator('[name="attempt"]').evaluate((field, value) => (field.value = value), usedKey);
  await author.fill('갖고 싶은 것', '🎁'.repeat(40));
  await author.seesText('40/50');
  await author.fill('이야기', '하나 더 있어요.');
  await author.fill('목표 금액', '30000');
  await author.check(/^\s*목표를 채우지 못해도/);
  await author.click('펀딩 열기', { role: 'button' });
  await author.seesHeading('🎁'.repeat(40));
});

test('a refused form shows an error at each wrong field and keeps the rest', async (visitors) => {
  const author = (await visitors.phone()).allows(/status of 422/);
  await author.logInAsMember('빨리빨리');
  await author.goto('/fundings/new');
  await author.fill('갖고 싶은 것', '너무 비싼 것');
  await author.fill('이야기', '이건 좀 비싸요.');
  await author.field('사진').setInputFiles(PICTURE);
  await author.fill('목표 금액', '99000000');
  await author.check('친구 공개');
  await author.check(/^\s*목표를 채우지 못해도/);
  await author.click('펀딩 열기', { role: 'button' });
  const goal = author.field('목표 금액');
  await author.seesText('1,000원에서 10,000,000원 사이로 적어 주세요.');
  assert.equal(await goal.getAttribute('aria-invalid'), 'true');
  assert.match(await author.page.title(), /^다시 확인해 주세요/);
  assert.equal(await author.field('갖고 싶은 것').inputValue(), '너무 비싼 것');
  assert.ok(await author.page.getByLabel('친구 공개').isChecked());
  assert.ok(await isShown(author.page.getByAltText('고른 사진')), 'the picture need not be chosen again');
});

/** A local shop with one product. */
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
