// After the support: thanks, review, notifications, reports, deleting a funding, leaving.

import assert from 'node:assert/strict';
import { PICTURE, support } from '../steps.js';
import { befriend, createFunding, giveSupport, member } from '../api.js';
import { testsOn } from '../visitors.js';
import { serverFor } from '../server.js';
import { until } from '../wait.js';

const server = serverFor({ SWEEP_INTERVAL_SECONDS: '1' });
const test = testsOn(server);

test('the author is notified, says thanks and writes a review; the supporter is notified of both', async (visitors) => {
  const author = await visitors.phone();
  const funding = await createFunding(server, await author.logInAsMember('받는사람'), { title: '동네 한 바퀴 운동화', goal: 50_000 });
  const friend = await visitors.desktop();
  await friend.logInAsMember('주는사람');
  await support(friend, funding, { amount: 50_000, message: '잘 신고 다녀!' });

  await author.goto('/');
  await author.page.getByRole('navigation', { name: '바로가기' }).getByRole('link', { name: /알림/ }).click();
  await author.seesText('목표를 이뤘어요!');
  await author.click(/주는사람님이 함께했어요/);
  await author.seesText('잘 신고 다녀!');
  await author.seesText('50,000원');
  await author.seesText('목표 달성');
  await author.page.getByText('고마움 전하기').click();
  await author.page.getByRole('textbox', { name: '고마움 전하기' }).fill('매일 신을게!');
  await author.click('보내기');
  await author.seesText('고마운 마음을 전했어요.');
  await author.click('후기 쓰기');
  await author.fill('고마운 마음', '첫날부터 만 보를 걸었어요.');
  await author.field('사진').setInputFiles(PICTURE);
  await author.click('후기 남기기');
  await author.seesText('후기를 남겼어요.');

  // A job notifies the supporters of a review.
  await waitForNotification(friend, '받는사람님이 후기를 남겼어요');
  await friend.seesText('받는사람님이 고맙다고 전해요');
  await friend.click(/받는사람님이 후기를 남겼어요/);
  await friend.seesHeading('받는사람님의 후기');
  await friend.seesText('첫날부터 만 보를 걸었어요.');
  await friend.seesText('매일 신을게!');
  await friend.goto('/notifications');
  await friend.click('모두 읽음');
  await friend.seesText('모두 읽음으로 표시했어요.');
});

test('a supporter changes the message of a support', async (visitors) => {
  const funding = await createFunding(server, await member(server, '글쓰는'), { title: '만년필 한 자루' });
  const friend = await visitors.phone();
  await giveSupport(server, await friend.logInAsMember('오타낸'), funding, { message: '축화해' });
  await friend.goto(funding);
  await friend.click('메시지 고치기');
  await friend.page.getByRole('textbox').fill('축하해!');
  await friend.page.locator('main form .button').first().click();
  await friend.seesText('축하해!');
  assert.equal(await friend.hasText('축화해'), false);
});

test('a page without its stream catches up on a changed message', async (visitors) => {
  const funding = await createFunding(server, await member(server, '기다린'), { title: '따뜻한 목도리' });
  const friend = await visitors.desktop();
  await giveSupport(server, await friend.logInAsMember('고쳐쓴'), funding, { message: '축화해' });
  const guest = await visitors.phone();
  guest.allows(/\/live\?/);
  await guest.page.route('**/live?*', (route) => route.abort('connectionfailed'));
  await guest.goto(funding);
  await guest.seesText('축화해');
  await friend.goto(funding);
  await friend.click('메시지 고치기');
  await friend.page.getByRole('textbox').fill('축하해!');
  await friend.page.locator('main form .button').first().click();
  await friend.seesText('축하해!');
  await guest.page.unroute('**/live?*');
  await guest.seesText('축하해!');
  assert.equal(await guest.hasText('축화해'), false);
});

test('an author changes a funding', async (visitors) => {
  const author = await visitors.phone();
  const funding = await createFunding(server, await author.logInAsMember('고치는'), { title: '처음 제목' });
  await author.goto(funding);
  await author.click('고치기');
  await author.fill('갖고 싶은 것', '나중 제목');
  await author.check('친구 공개');
  await author.page.locator('main form .button').first().click();
  await author.seesText('고쳤어요.');
  await author.seesHeading('나중 제목');
  await author.seesText('친구 공개');
});

test('a member reports a funding, a message and a member', async (visitors) => {
  const author = await member(server, '수상한사람');
  const funding = await createFunding(server, author, { title: '수상한 선물' });
  await giveSupport(server, await member(server, '수상한친구'), funding, { message: '수상한 메시지' });
  const reporter = await visitors.phone();
  await reporter.logInAsMember('지켜보는');
  for (const [path, link] of [[funding, '이 펀딩 신고하기'], [funding, '신고'], [`/members/${author.id}`, /^이 회원 신고하기/]]) {
    await reporter.goto(path);
    if (path !== funding) await reporter.click('수상한사람님 프로필 메뉴');
    await reporter.click(link);
    await reporter.fill('무엇이 문제인가요?', '아무래도 이상해요.');
    await reporter.click('신고하기', { role: 'button' });
    await reporter.seesText('신고를 받았어요. 살펴볼게요.');
  }
});

test('an author deletes a funding: every supporter is refunded, and the page says that it is gone', async (visitors) => {
  const author = await visitors.desktop();
  const funding = await createFunding(server, await author.logInAsMember('그만두는'), { title: '마음이 바뀐 선물' });
  const friend = (await visitors.phone()).allows(/status of 410/);
  await giveSupport(server, await friend.logInAsMember('함께했던'), funding, { amount: 12_000 });
  await author.goto(funding);
  await author.click('삭제');
  await author.seesText('후원 1건, 12,000원 모두 환불돼요.');
  await author.check('네, 알고 있어요');
  await author.click('삭제하고 모두 환불하기');
  await author.seesText(/펀딩을 삭제했어요/);

  await friend.goto(funding);
  await friend.seesHeading('사라진 페이지예요');
  await waitForNotification(friend, '12,000원을 돌려드렸어요');
  await friend.goto('/me/payments');
  await friend.seesText('환불됐어요');
});

test('a member who leaves sees the consequences first, and is gone afterwards', async (visitors) => {
  const leaver = await visitors.phone();
  const known = await leaver.logInAsMember('떠나는사람');
  const friend = await visitors.desktop();
  const other = await friend.logInAsMember('남는사람');
  await befriend(server, known, other);
  const own = await createFunding(server, known, { title: '두고 가는 선물' });
  await giveSupport(server, other, own, { amount: 7_000 });
  const theirs = await createFunding(server, other, { title: '남는 선물' });
  await giveSupport(server, known, theirs, { message: '잘 지내!' });

  await leaver.goto('/me');
  await leaver.click('탈퇴하기');
  await leaver.seesText(/내 펀딩은 모두 삭제되고/);
  await leaver.check('네, 알고 있어요');
  await leaver.click('탈퇴하기', { role: 'button' });
  await leaver.seesText('탈퇴했어요. 그동안 고마웠어요.');
  await leaver.goto('/me');
  assert.equal(leaver.path, '/login');

  friend.allows(/status of (404|410)/);
  await friend.goto(`/members/${known.id}`);
  await friend.seesHeading('볼 수 없는 회원이에요');
  await friend.goto(theirs);
  await friend.seesText('탈퇴한 회원');
  assert.equal(await friend.hasText('잘 지내!'), false);
  await waitForNotification(friend, '7,000원을 돌려드렸어요');
});

/** Reloads the notifications until one has this text: background work takes a moment. */
const waitForNotification = (visitor, text) => until(`a notification: ${text}`, async () => {
  await visitor.goto('/notifications');
  return visitor.hasText(text);
});
