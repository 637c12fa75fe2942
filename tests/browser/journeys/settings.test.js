// What one can set, who is logged in where, and going away.

import assert from 'node:assert/strict';
import { PICTURE } from '../steps.js';
import { funding as opened, member, seat } from '../api.js';
import { storiesOn } from '../visitors.js';
import { stageFor } from '../server.js';

const stage = stageFor();
const story = storiesOn(stage);

story('a guest chooses English and dark colours, and they stay', async (people) => {
  const guest = await people.phone();
  await guest.goes('/settings');
  await guest.picks('English');
  await guest.picks('어둡게');
  await guest.presses('저장');
  await guest.reads('Saved.');
  await guest.goes('/');
  await guest.reads('Start with your Kakao account. It is free.');
  assert.equal(await guest.page.locator('html').getAttribute('lang'), 'en');
  const paper = await guest.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(paper, 'rgb(26, 19, 21)');
});

story('a browser that asks for English gets English', async (people) => {
  const guest = await people.desktop({ locale: 'en-GB' });
  await guest.goes('/');
  await guest.reads('Start with your Kakao account. It is free.');
});

story('a member changes name, birthday and picture', async (people) => {
  const person = await people.desktop();
  await person.isMember('옛날이름');
  await person.goes('/me');
  await person.presses('프로필 고치기');
  await person.writes('이름', '새이름');
  await person.page.getByLabel('월', { exact: true }).selectOption('10월');
  await person.page.getByLabel('일', { exact: true }).selectOption('9일');
  await person.presses('저장');
  await person.reads('저장했어요.');
  await person.readsHeading('새이름');
});

story('a member chooses which part of a picture is shown', async (people) => {
  const person = await people.desktop();
  await person.isMember('사진고르는');
  await person.goes('/me/edit');
  await person.page.getByLabel('프로필 사진').setInputFiles(PICTURE);
  const square = person.page.getByRole('application', { name: '사진에서 보일 부분' });
  const before = await square.screenshot();
  await person.page.getByLabel('확대').fill('2');
  await square.focus();
  await person.page.keyboard.press('ArrowLeft');
  assert.notDeepEqual(await square.screenshot(), before);
  await person.presses('저장');
  await person.reads('저장했어요.');
  const picture = person.page.locator('.avatar-large img');
  await picture.evaluate((image) => image.decode());
});

story('a member chooses what to be told of', async (people) => {
  const person = await people.phone();
  await person.isMember('조용하게');
  await person.goes('/settings');
  await person.page.getByLabel('누군가 나를 팔로우할 때').uncheck();
  await person.page.getByRole('button', { name: '저장' }).nth(1).click();
  await person.reads('저장했어요.');
  assert.equal(await person.page.getByLabel('누군가 나를 팔로우할 때').isChecked(), false);
});

story('a login on a lost phone is ended from another device', async (people) => {
  const phone = await people.phone();
  await phone.comesInAs('잃어버린');
  const desk = await people.desktop();
  await desk.comesInAs('잃어버린');
  await desk.goes('/settings');
  await desk.presses('다른 기기 모두 로그아웃');
  await desk.reads('다른 기기에서 모두 로그아웃했어요.');
  await phone.goes('/me');
  assert.equal(phone.path, '/login');
  await desk.goes('/me');
  await desk.readsHeading('잃어버린');
});

story('a cancelled login says so and can be tried again', async (people) => {
  const guest = await people.phone();
  await guest.goes('/me');
  await guest.presses('카카오로 시작하기');
  await guest.presses('로그인 취소');
  await guest.reads('카카오 로그인을 취소했어요. 언제든 다시 시작할 수 있어요.');
  await guest.logsInAs('다시하는');
  await guest.readsHeading('다시하는');
  assert.equal(guest.path, '/me');
});

story('a member logs out and is a guest again', async (people) => {
  const person = await people.phone();
  await person.isMember('나가는');
  await person.goes('/me');
  await person.presses('로그아웃');
  await person.reads('로그아웃했어요.');
  await person.page.goBack();
  await person.readsHeading('카카오로 1초 만에 시작해요');
  assert.equal(await person.canRead('프로필 고치기'), false);
});

story('a long list goes on by itself when somebody scrolls down', async (people) => {
  const author = await member(stage, '많이여는');
  for (let number = 1; number <= 22; number += 1) await opened(stage, author, { title: `선물 ${number}번` });
  const reader = await people.phone();
  await seat(reader, await member(stage, '스크롤하는'));
  const sent = await (await reader.goes(`/members/${author.id}`)).text();
  assert.ok(sent.split('<article class="funding-card">').length - 1 < 22, 'not all at once');
  const cards = reader.page.locator('.cards > li');
  for (let seen = await cards.count(); seen < 22; seen = await cards.count()) {
    await reader.page.mouse.wheel(0, 100_000);
    await cards.nth(seen).waitFor();
  }
  assert.equal(await cards.count(), 22);
  assert.equal(new Set(await cards.locator('h3').allTextContents()).size, 22, 'each once');
});
