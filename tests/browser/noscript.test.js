// Everything but live updates works without JavaScript.

import assert from 'node:assert/strict';
import { addBankAccount, openFunding, support } from './steps.js';
import { testsOn } from './visitors.js';
import { serverFor } from './server.js';

const server = serverFor();
const test = testsOn(server);
// No view transitions: without scripts Playwright's timers in the page do not run, so it could not wait for their end.
const QUIET = { javaScriptEnabled: false, reducedMotion: 'reduce' };

test('without scripts a member opens a funding, and a friend logs in, follows and pays', async (visitors) => {
  const author = await visitors.phone(QUIET);
  await author.logInFromLanding('조용한아침');
  await addBankAccount(author);
  const funding = await openFunding(author, { title: '종이책 한 권', goal: 20_000 });

  const friend = await visitors.desktop(QUIET);
  await friend.goto(funding);
  await friend.click('로그인');
  await friend.logInAs('느린편지');
  await friend.page.locator('.funding-author a').click();
  await friend.click('팔로우');
  await friend.seesText('팔로우했어요.');
  await support(friend, funding, { amount: 20_000, message: '천천히 읽어.' });
  await friend.click('펀딩으로 돌아가기');
  await friend.seesText('천천히 읽어.');
  await friend.seesText('100%');

  await author.goto('/notifications');
  await author.click(/느린편지님이 함께했어요/);
  await author.page.getByText('고마움 전하기').click();
  await author.click('보내기');
  await author.seesText('고마운 마음을 전했어요.');
});

test('without scripts the split helper works, and the link can be copied by hand', async (visitors) => {
  const author = await visitors.phone(QUIET);
  await author.logInAsMember('손으로쓰는');
  const funding = await openFunding(author, { title: '연필 깎이', goal: 30_000 });
  await author.click('친구들에게 알리기');
  assert.equal(await author.page.getByRole('textbox', { name: '펀딩 링크' }).inputValue(), server.url + funding);
  assert.equal(await author.page.getByRole('button', { name: '복사' }).count(), 0);

  const friend = await visitors.phone(QUIET);
  await friend.logInAsMember('셈하는친구');
  await friend.goto(`${funding}/support`);
  await friend.page.getByLabel(/몇 명이 나눌까요/).fill('3');
  await friend.click('나누기');
  await friend.seesValue('후원 금액', '10000');
});

test('without scripts a member leaves', async (visitors) => {
  const visitor = await visitors.phone(QUIET);
  await visitor.logInAsMember('조용히가는');
  await visitor.goto('/me');
  await visitor.click('탈퇴하기');
  await visitor.check('네, 알고 있어요');
  await visitor.click('탈퇴하기', { role: 'button' });
  await visitor.seesText('탈퇴했어요. 그동안 고마웠어요.');
});
