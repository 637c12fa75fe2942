// After the gift: thanks, a review, what one is told, reports, and taking everything back.

import assert from 'node:assert/strict';
import { PICTURE, supports } from '../steps.js';
import { befriend, funding as opened, gift, member } from '../api.js';
import { storiesOn } from '../visitors.js';
import { stageFor } from '../server.js';
import { until } from '../wait.js';

const stage = stageFor({ SWEEP_INTERVAL_SECONDS: '1' });
const story = storiesOn(stage);

story('the author is told, says thanks, and shows the gift; the friend is told in turn', async (people) => {
  const author = await people.phone();
  const funding = await opened(stage, await author.isMember('받는사람'), { title: '동네 한 바퀴 운동화', goal: 50_000 });
  const friend = await people.desktop();
  await friend.isMember('주는사람');
  await supports(friend, funding, { amount: 50_000, message: '잘 신고 다녀!' });

  await author.goes('/');
  await author.page.getByRole('navigation', { name: '바로가기' }).getByRole('link', { name: /알림/ }).click();
  await author.reads('목표를 이뤘어요!');
  await author.presses(/주는사람님이 함께했어요/);
  await author.reads('잘 신고 다녀!');
  await author.reads('50,000원');
  await author.reads('목표 달성');
  await author.page.getByText('고마움 전하기').click();
  await author.page.getByRole('textbox', { name: '고마움 전하기' }).fill('매일 신을게!');
  await author.presses('보내기');
  await author.reads('고마운 마음을 전했어요.');
  await author.presses('후기 쓰기');
  await author.writes('고마운 마음', '첫날부터 만 보를 걸었어요.');
  await author.field('사진').setInputFiles(PICTURE);
  await author.presses('후기 남기기');
  await author.reads('후기를 남겼어요.');

  await friend.goes('/notifications');
  await friend.reads('받는사람님이 고맙다고 전해요');
  await friend.presses(/받는사람님이 후기를 남겼어요/);
  await friend.readsHeading('받는사람님의 후기');
  await friend.reads('첫날부터 만 보를 걸었어요.');
  await friend.reads('매일 신을게!');
  await friend.goes('/notifications');
  await friend.presses('모두 읽음');
  await friend.reads('모두 읽음으로 표시했어요.');
});

story('a friend changes the message of a support', async (people) => {
  const funding = await opened(stage, await member(stage, '글쓰는'), { title: '만년필 한 자루' });
  const friend = await people.phone();
  await gift(stage, await friend.isMember('오타낸'), funding, { message: '축화해' });
  await friend.goes(funding);
  await friend.presses('메시지 고치기');
  await friend.page.getByRole('textbox').fill('축하해!');
  await friend.page.locator('main form .button').first().click();
  await friend.reads('축하해!');
  assert.equal(await friend.canRead('축화해'), false);
});

story('a page that was cut off learns what was changed meanwhile', async (people) => {
  const funding = await opened(stage, await member(stage, '기다린'), { title: '따뜻한 목도리' });
  const friend = await people.desktop();
  await gift(stage, await friend.isMember('고쳐쓴'), funding, { message: '축화해' });
  const guest = await people.phone();
  guest.expects(/\/live\?/);
  await guest.page.route('**/live?*', (route) => route.abort('connectionfailed'));
  await guest.goes(funding);
  await guest.reads('축화해');
  await friend.goes(funding);
  await friend.presses('메시지 고치기');
  await friend.page.getByRole('textbox').fill('축하해!');
  await friend.page.locator('main form .button').first().click();
  await friend.reads('축하해!');
  await guest.page.unroute('**/live?*');
  await guest.reads('축하해!');
  assert.equal(await guest.canRead('축화해'), false);
});

story('an author changes a funding', async (people) => {
  const author = await people.phone();
  const funding = await opened(stage, await author.isMember('고치는'), { title: '처음 제목' });
  await author.goes(funding);
  await author.presses('고치기');
  await author.writes('갖고 싶은 것', '나중 제목');
  await author.picks('친구 공개');
  await author.page.locator('main form .button').first().click();
  await author.reads('고쳤어요.');
  await author.readsHeading('나중 제목');
  await author.reads('친구 공개');
});

story('a member reports a funding, a message and a member', async (people) => {
  const author = await member(stage, '수상한사람');
  const funding = await opened(stage, author, { title: '수상한 선물' });
  await gift(stage, await member(stage, '수상한친구'), funding, { message: '수상한 메시지' });
  const reporter = await people.phone();
  await reporter.isMember('지켜보는');
  for (const [path, link] of [[funding, '이 펀딩 신고하기'], [funding, '신고'], [`/members/${author.id}`, /^이 회원 신고하기/]]) {
    await reporter.goes(path);
    if (path !== funding) await reporter.presses('수상한사람님 프로필 메뉴');
    await reporter.presses(link);
    await reporter.writes('무엇이 문제인가요?', '아무래도 이상해요.');
    await reporter.presses('신고하기', { role: 'button' });
    await reporter.reads('신고를 받았어요. 살펴볼게요.');
  }
});

story('an author deletes a funding: everybody is refunded, and the page says that it is gone', async (people) => {
  const author = await people.desktop();
  const funding = await opened(stage, await author.isMember('그만두는'), { title: '마음이 바뀐 선물' });
  const friend = (await people.phone()).expects(/status of 410/);
  await gift(stage, await friend.isMember('함께했던'), funding, { amount: 12_000 });
  await author.goes(funding);
  await author.presses('삭제');
  await author.reads('후원 1건, 12,000원 모두 환불돼요.');
  await author.picks('네, 알고 있어요');
  await author.presses('삭제하고 모두 환불하기');
  await author.reads(/펀딩을 삭제했어요/);

  await friend.goes(funding);
  await friend.readsHeading('사라진 페이지예요');
  await untilTold(friend, '12,000원을 돌려드렸어요');
  await friend.goes('/me/payments');
  await friend.reads('환불됐어요');
});

story('who leaves is told what happens first, and is gone afterwards', async (people) => {
  const leaver = await people.phone();
  const known = await leaver.isMember('떠나는사람');
  const friend = await people.desktop();
  const other = await friend.isMember('남는사람');
  await befriend(stage, known, other);
  const own = await opened(stage, known, { title: '두고 가는 선물' });
  await gift(stage, other, own, { amount: 7_000 });
  const theirs = await opened(stage, other, { title: '남는 선물' });
  await gift(stage, known, theirs, { message: '잘 지내!' });

  await leaver.goes('/me');
  await leaver.presses('탈퇴하기');
  await leaver.reads(/내 펀딩은 모두 삭제되고/);
  await leaver.picks('네, 알고 있어요');
  await leaver.presses('탈퇴하기', { role: 'button' });
  await leaver.reads('탈퇴했어요. 그동안 고마웠어요.');
  await leaver.goes('/me');
  assert.equal(leaver.path, '/login');

  friend.expects(/status of (404|410)/);
  await friend.goes(`/members/${known.id}`);
  await friend.readsHeading('볼 수 없는 회원이에요');
  await friend.goes(theirs);
  await friend.reads('탈퇴한 회원');
  assert.equal(await friend.canRead('잘 지내!'), false);
  await untilTold(friend, '7,000원을 돌려드렸어요');
});

/** What happens in the background takes a moment. */
const untilTold = (person, text) => until(`a notification: ${text}`, async () => {
  await person.goes('/notifications');
  return person.canRead(text);
});
