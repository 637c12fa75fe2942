// Settings, profile, logins, logging out; lists that load further pages.

import assert from 'node:assert/strict';
import { PICTURE } from '../steps.js';
import { createFunding, logIn, member } from '../api.js';
import { testsOn } from '../visitors.js';
import { serverFor } from '../server.js';

const server = serverFor();
const test = testsOn(server);

test('a guest chooses English and dark colours, and both persist', async (visitors) => {
  const guest = await visitors.phone();
  await guest.goto('/settings');
  await guest.check('English');
  await guest.check('어둡게');
  await guest.click('저장');
  await guest.seesText('Saved.');
  await guest.goto('/');
  await guest.seesText('Start with your Kakao account. It is free.');
  assert.equal(await guest.page.locator('html').getAttribute('lang'), 'en');
  const paper = await guest.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(paper, 'rgb(26, 19, 21)');
});

test('a browser that asks for English gets English', async (visitors) => {
  const guest = await visitors.desktop({ locale: 'en-GB' });
  await guest.goto('/');
  await guest.seesText('Start with your Kakao account. It is free.');
});

test('a member changes name, birthday and picture', async (visitors) => {
  const visitor = await visitors.desktop();
  await visitor.logInAsMember('옛날이름');
  await visitor.goto('/me');
  await visitor.click('프로필 고치기');
  await visitor.fill('이름', '새이름');
  await visitor.page.getByLabel('월', { exact: true }).selectOption('10월');
  await visitor.page.getByLabel('일', { exact: true }).selectOption('9일');
  await visitor.click('저장');
  await visitor.seesText('저장했어요.');
  await visitor.seesHeading('새이름');
});

test('a member chooses which part of a picture is shown', async (visitors) => {
  const visitor = await visitors.desktop();
  await visitor.logInAsMember('사진고르는');
  await visitor.goto('/me/edit');
  await visitor.page.getByLabel('프로필 사진').setInputFiles(PICTURE);
  const square = visitor.page.getByRole('application', { name: '사진에서 보일 부분' });
  const before = await square.screenshot();
  await visitor.page.getByLabel('확대').fill('2');
  await square.focus();
  await visitor.page.keyboard.press('ArrowLeft');
  assert.notDeepEqual(await square.screenshot(), before);
  await visitor.click('저장');
  await visitor.seesText('저장했어요.');
  const picture = visitor.page.locator('.avatar-large img');
  await picture.evaluate((image) => image.decode());
});

test('a member chooses which notifications to get', async (visitors) => {
  const visitor = await visitors.phone();
  await visitor.logInAsMember('조용하게');
  await visitor.goto('/settings');
  await visitor.page.getByLabel('누군가 나를 팔로우할 때').uncheck();
  await visitor.page.getByRole('button', { name: '저장' }).nth(1).click();
  await visitor.seesText('저장했어요.');
  assert.equal(await visitor.page.getByLabel('누군가 나를 팔로우할 때').isChecked(), false);
});

test('a login on a lost phone is ended from another device', async (visitors) => {
  const phone = await visitors.phone();
  await phone.logInFromLanding('잃어버린');
  const desk = await visitors.desktop();
  await desk.logInFromLanding('잃어버린');
  await desk.goto('/settings');
  await desk.click('다른 기기 모두 로그아웃');
  await desk.seesText('다른 기기에서 모두 로그아웃했어요.');
  await phone.goto('/me');
  assert.equal(phone.path, '/login');
  await desk.goto('/me');
  await desk.seesHeading('잃어버린');
});

test('a cancelled login says so and can be tried again', async (visitors) => {
  const guest = await visitors.phone();
  await guest.goto('/me');
  await guest.click('카카오로 시작하기');
  await guest.click('로그인 취소');
  await guest.seesText('카카오 로그인을 취소했어요. 언제든 다시 시작할 수 있어요.');
  await guest.logInAs('다시하는');
  await guest.seesHeading('다시하는');
  assert.equal(guest.path, '/me');
});

test('a member logs out and is a guest again', async (visitors) => {
  const visitor = await visitors.phone();
  await visitor.logInAsMember('나가는');
  await visitor.goto('/me');
  await visitor.click('로그아웃');
  await visitor.seesText('로그아웃했어요.');
  await visitor.page.goBack();
  await visitor.seesHeading('카카오로 1초 만에 시작해요');
  assert.equal(await visitor.hasText('프로필 고치기'), false);
});

test('a long list loads further pages while scrolling down', async (visitors) => {
  const author = await member(server, '많이여는');
  for (let number = 1; number <= 22; number += 1) await createFunding(server, author, { title: `선물 ${number}번` });
  const reader = await visitors.phone();
  await logIn(reader, await member(server, '스크롤하는'));
  const sent = await (await reader.goto(`/members/${author.id}`)).text();
  assert.ok(sent.split('<article class="funding-card">').length - 1 < 22, 'not all at once');
  const cards = reader.page.locator('.cards > li');
  for (let seen = await cards.count(); seen < 22; seen = await cards.count()) {
    await reader.page.mouse.wheel(0, 100_000);
    await cards.nth(seen).waitFor();
  }
  assert.equal(await cards.count(), 22);
  assert.equal(new Set(await cards.locator('h3').allTextContents()).size, 22, 'each once');
});
