// Two who become friends, and what that opens; a guest who stays outside.

import assert from 'node:assert/strict';
import { followsAuthorOf, supports } from '../steps.js';
import { funding as opened, member } from '../api.js';
import { storiesOn } from '../visitors.js';
import { stageFor } from '../server.js';

const stage = stageFor();
const story = storiesOn(stage);

story('a friend follows the link, logs in on the way, and comes back to the same funding', async (people) => {
  const funding = await opened(stage, await member(stage, '다정한사람'), { title: '함께 읽을 동화책' });
  const friend = await people.phone();
  await friend.goes(funding);
  await friend.presses('함께하기');
  await friend.readsHeading('카카오로 1초 만에 시작해요');
  await friend.logsInAs('새친구');
  await friend.readsHeading('마음 보태기');
  assert.equal(friend.path, `${funding}/support`);
});

story('who follow each other see friends-only fundings; a stranger and a guest do not', async (people) => {
  const author = await people.phone();
  const known = await author.isMember('노을빛');
  const open = await opened(stage, known, { title: '모두에게 보이는 화분' });
  const secret = await opened(stage, known, { title: '친구에게만 보이는 목도리', isPublic: false });

  const friend = await people.desktop();
  await friend.isMember('산들바람');
  friend.expects(/status of 404/);
  await friend.goes(secret);
  await friend.readsHeading('여기에는 아무것도 없어요');
  await followsAuthorOf(friend, open, '노을빛');

  await author.goes('/notifications');
  await author.presses(/산들바람님이 팔로우해요/);
  await author.presses('팔로우');
  await author.reads('팔로우했어요.');
  await author.reads('친구');

  await friend.goes('/');
  await friend.presses('친구에게만 보이는 목도리');
  await friend.readsHeading('친구에게만 보이는 목도리');
  await supports(friend, secret, { message: '따뜻하게 지내!' });

  const guest = (await people.phone()).expects(/status of 404/);
  await guest.goes(secret);
  await guest.readsHeading('로그인하면 볼 수 있는 펀딩일 수 있어요');
  assert.equal(await guest.canRead('목도리'), false);
  await guest.goes('/fundings/999999');
  await guest.readsHeading('로그인하면 볼 수 있는 펀딩일 수 있어요');
  const stranger = (await people.desktop()).expects(/status of 404/);
  await stranger.isMember('지나가던이');
  await stranger.goes(secret);
  await stranger.readsHeading('여기에는 아무것도 없어요');
  assert.equal(await stranger.canRead('목도리'), false);

  await friend.goes(`/members/${known.id}`);
  await friend.presses('팔로우 취소');
  await friend.reads('팔로우를 취소했어요.');
  await friend.goes(secret);
  await friend.readsHeading('여기에는 아무것도 없어요');
});

story('a member is found by a part of the name, and the search is remembered on this device', async (people) => {
  await member(stage, '가람솔빛');
  const seeker = await people.phone();
  await seeker.isMember('찾는사람');
  await seeker.goes('/explore');
  await seeker.presses('친구 찾기');
  await seeker.page.getByRole('searchbox', { name: '이름으로 찾기' }).fill('솔빛');
  await seeker.presses('찾기');
  await seeker.readsHeading('1명을 찾았어요');
  await seeker.presses('가람솔빛');
  await seeker.readsHeading('가람솔빛');
  await seeker.goes('/explore/people');
  await seeker.presses('솔빛');
  await seeker.readsHeading('1명을 찾았어요');
  await seeker.presses('모두 지우기');
  await seeker.goes('/explore/people');
  assert.equal(await seeker.canRead('최근에 찾은 이름'), false);
});
