// Without JavaScript: everything but what is live.

import assert from 'node:assert/strict';
import { addsBankAccount, opensFunding, supports } from './steps.js';
import { storiesOn } from './visitors.js';
import { stageFor } from './server.js';

const stage = stageFor();
const story = storiesOn(stage);
// Pages that fade would have to be waited for, and without scripts the test's own timers stand still, too.
const QUIET = { javaScriptEnabled: false, reducedMotion: 'reduce' };

story('without scripts one logs in, opens a funding, and a friend follows, pays and sees that it is paid', async (people) => {
  const author = await people.phone(QUIET);
  await author.comesInAs('조용한아침');
  await addsBankAccount(author);
  const funding = await opensFunding(author, { title: '종이책 한 권', goal: 20_000 });

  const friend = await people.desktop(QUIET);
  await friend.goes(funding);
  await friend.presses('로그인');
  await friend.logsInAs('느린편지');
  await friend.page.locator('.funding-author a').click();
  await friend.presses('팔로우');
  await friend.reads('팔로우했어요.');
  await supports(friend, funding, { amount: 20_000, message: '천천히 읽어.' });
  await friend.presses('펀딩으로 돌아가기');
  await friend.reads('천천히 읽어.');
  await friend.reads('100%');

  await author.goes('/notifications');
  await author.presses(/느린편지님이 함께했어요/);
  await author.page.getByText('고마움 전하기').click();
  await author.presses('보내기');
  await author.reads('고마운 마음을 전했어요.');
});

story('without scripts the split helper counts, and the link can be copied by hand', async (people) => {
  const author = await people.phone(QUIET);
  await author.isMember('손으로쓰는');
  const funding = await opensFunding(author, { title: '연필 깎이', goal: 30_000 });
  await author.presses('친구들에게 알리기');
  assert.equal(await author.page.getByRole('textbox', { name: '펀딩 링크' }).inputValue(), stage.url + funding);
  assert.equal(await author.page.getByRole('button', { name: '복사' }).count(), 0);

  const friend = await people.phone(QUIET);
  await friend.isMember('셈하는친구');
  await friend.goes(`${funding}/support`);
  await friend.page.getByLabel(/몇 명이 나눌까요/).fill('3');
  await friend.presses('나누기');
  await friend.hasValue('후원 금액', '10000');
});

story('without scripts one logs out and leaves', async (people) => {
  const person = await people.phone(QUIET);
  await person.isMember('조용히가는');
  await person.goes('/me');
  await person.presses('탈퇴하기');
  await person.picks('네, 알고 있어요');
  await person.presses('탈퇴하기', { role: 'button' });
  await person.reads('탈퇴했어요. 그동안 고마웠어요.');
});
