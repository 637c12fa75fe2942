// An author with a phone: from the front door to a funding that is shared.

import assert from 'node:assert/strict';
import { PICTURE, addsBankAccount, opensFunding } from '../acts.js';
import { PHONE, storiesOn } from '../people.js';
import { stageFor } from '../stage.js';

const stage = stageFor();
const story = storiesOn(stage);
const WISH = { title: '비 오는 날의 노란 우산', text: '장마가 오기 전에 하나 갖고 싶어요.', goal: 45_000, picture: PICTURE };

story('a newcomer logs in with Kakao, adds a bank account, opens a funding and shares its link', async (people) => {
  const author = await people.come(PHONE, { permissions: ['clipboard-read', 'clipboard-write'] });
  await author.comesInAs('서지우', { birthday: '0912' });
  await author.presses(/^갖고 싶은 것이 있나요/);
  await author.presses('계좌 등록하기');
  assert.equal(author.path, '/me/edit');
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
  const picture = friend.page.locator('.funding .picture img');
  assert.ok(await picture.evaluate((image) => image.complete && image.naturalWidth > 0));
});

story('what is typed into a new funding is still there tomorrow, until it is published', async (people) => {
  const author = await people.desktop();
  await author.isMember('오래고민');
  await author.goes('/fundings/new');
  await author.writes('갖고 싶은 것', '생각이 필요한 선물');
  await author.writes('이야기', '조금 더 생각해 볼게요.');
  await author.goes('/');
  await author.goes('/fundings/new');
  assert.equal(await author.page.getByLabel('갖고 싶은 것').inputValue(), '생각이 필요한 선물');
  assert.equal(await author.page.getByLabel('이야기').inputValue(), '조금 더 생각해 볼게요.');
  await opensFunding(author, { title: '생각이 끝난 선물' });
  await author.goes('/fundings/new');
  assert.equal(await author.page.getByLabel('갖고 싶은 것').inputValue(), '');
});

story('a form that can not be taken says at each field what to change, and keeps the rest', async (people) => {
  const author = (await people.phone()).expects(/status of 422/);
  await author.isMember('빨리빨리');
  await author.goes('/fundings/new');
  await author.writes('갖고 싶은 것', '너무 비싼 것');
  await author.writes('이야기', '이건 좀 비싸요.');
  await author.writes('목표 금액', '99000000');
  await author.picks('친구 공개');
  await author.picks(/^목표를 채우지 못해도/);
  await author.presses('펀딩 열기', { role: 'button' });
  const goal = author.page.getByLabel('목표 금액');
  await author.reads('1,000원에서 10,000,000원 사이로 적어 주세요.');
  assert.equal(await goal.getAttribute('aria-invalid'), 'true');
  assert.match(await author.page.title(), /^다시 확인해 주세요/);
  assert.equal(await author.page.getByLabel('갖고 싶은 것').inputValue(), '너무 비싼 것');
  assert.ok(await author.page.getByLabel('친구 공개').isChecked());
});
