// Following, friends-only fundings, finding members.

import assert from 'node:assert/strict';
import { followAuthorOf, support } from '../steps.js';
import { createFunding, member } from '../api.js';
import { testsOn } from '../visitors.js';
import { serverFor } from '../server.js';

const server = serverFor();
const test = testsOn(server);

test('a guest opens a link, logs in to support, and returns to the same funding', async (visitors) => {
  const funding = await createFunding(server, await member(server, '다정한사람'), { title: '함께 읽을 동화책' });
  const friend = await visitors.phone();
  await friend.goto(funding);
  await friend.click('함께하기');
  await friend.seesHeading('카카오로 1초 만에 시작해요');
  await friend.logInAs('새친구');
  await friend.seesHeading('마음 보태기');
  assert.equal(friend.path, `${funding}/support`);
});

test('friends see friends-only fundings; strangers and guests do not', async (visitors) => {
  const author = await visitors.phone();
  const known = await author.logInAsMember('노을빛');
  const open = await createFunding(server, known, { title: '모두에게 보이는 화분' });
  const secret = await createFunding(server, known, { title: '친구에게만 보이는 목도리', isPublic: false });

  const friend = await visitors.desktop();
  await friend.logInAsMember('산들바람');
  friend.allows(/status of 404/);
  await friend.goto(secret);
  await friend.seesHeading('여기에는 아무것도 없어요');
  await followAuthorOf(friend, open, '노을빛');

  await author.goto('/notifications');
  await author.click(/산들바람님이 팔로우해요/);
  await author.click('팔로우');
  await author.seesText('팔로우했어요.');
  await author.seesText('친구');

  await friend.goto('/');
  await friend.click('친구에게만 보이는 목도리');
  await friend.seesHeading('친구에게만 보이는 목도리');
  await support(friend, secret, { message: '따뜻하게 지내!' });

  const guest = (await visitors.phone()).allows(/status of 404/);
  await guest.goto(secret);
  await guest.seesHeading('로그인하면 볼 수 있는 펀딩일 수 있어요');
  assert.equal(await guest.hasText('목도리'), false);
  await guest.goto('/fundings/999999');
  await guest.seesHeading('로그인하면 볼 수 있는 펀딩일 수 있어요');
  const stranger = (await visitors.desktop()).allows(/status of 404/);
  await stranger.logInAsMember('지나가던이');
  await stranger.goto(secret);
  await stranger.seesHeading('여기에는 아무것도 없어요');
  assert.equal(await stranger.hasText('목도리'), false);

  await friend.goto(`/members/${known.id}`);
  await friend.click('팔로우 취소');
  await friend.seesText('팔로우를 취소했어요.');
  await friend.goto(secret);
  await friend.seesHeading('여기에는 아무것도 없어요');
});

test('a member is found by part of the name, and the search is remembered on this device', async (visitors) => {
  await member(server, '가람솔빛');
  const seeker = await visitors.phone();
  await seeker.logInAsMember('찾는사람');
  await seeker.goto('/explore');
  await seeker.click('친구 찾기');
  await seeker.page.getByRole('searchbox', { name: '이름으로 찾기' }).fill('솔빛');
  await seeker.click('찾기');
  await seeker.seesHeading('1명을 찾았어요');
  await seeker.click('가람솔빛');
  await seeker.seesHeading('가람솔빛');
  await seeker.goto('/explore/people');
  await seeker.click('솔빛');
  await seeker.seesHeading('1명을 찾았어요');
  await seeker.click('모두 지우기');
  await seeker.goto('/explore/people');
  assert.equal(await seeker.hasText('최근에 찾은 이름'), false);
});
