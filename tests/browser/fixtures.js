// A server with the cast on it, and everything that the screens need to be seen: payments in every state, a
// deleted funding, a newcomer who has nothing yet.

import * as backstage from './api.js';
import { storiesOn } from './visitors.js';
import { stageFor } from './server.js';

/** Nothing is settled by the clock, so that what hangs can be looked at. */
const SETTINGS = { DEMO_CAST: 'on', SWEEP_INTERVAL_SECONDS: '3600' };
const FUNDINGS = 12;

/** For a file of tests: how it tells stories, and the world that is there once they are told. */
export function worldFor() {
  const stage = stageFor(SETTINGS);
  const world = {};
  const story = storiesOn(stage, async () => Object.assign(world, await dress(stage)));
  return { story, world };
}

async function dress(stage) {
  const [sori, bada, newcomer, payer] = await Promise.all([
    backstage.castMember(stage, '한소리'),
    backstage.castMember(stage, '김바다'),
    backstage.member(stage, '새내기', { bank: false }),
    backstage.member(stage, '오늘도즐거운하루'),
  ]);
  const fundings = await titles(stage, sori);
  const telescope = fundings['별 보러 가는 망원경 🔭'];
  const machine = fundings['서른 살의 에스프레소 머신'];
  const gone = await backstage.funding(stage, payer, { title: '사라진 선물' });
  await backstage.deletes(stage, payer, gone);
  const own = await backstage.funding(stage, newcomer, { title: '아무도 모르는 선물' });
  const longest = await backstage.funding(stage, payer, {
    title: '끝까지 읽기 힘들 만큼 긴 제목을 가진 펀딩은 작은 화면에서 이렇게 보여요, 그렇지요?',
    text: `${'띄어쓰기없이이어지는아주긴낱말'.repeat(8)} https://example.com/${'a'.repeat(60)}`,
    goal: 10_000_000,
  });
  await backstage.gift(stage, sori, longest, { amount: 1_000_000, message: '가'.repeat(120) });
  const mine = (await backstage.gifts(stage, machine)).find((support) => support.author.username === '김바다');
  return { stage, sori, bada, newcomer, payer, fundings, telescope, machine, gone, own, longest, support: mine.id,
    payments: await payments(stage, payer, telescope) };
}

async function titles(stage, viewer) {
  const found = {};
  for (let id = 1; id <= FUNDINGS; id += 1) found[(await backstage.detail(stage, viewer, id)).title] = `/fundings/${id}`;
  return found;
}

/** The address of a payment in each state that a payer can see. */
async function payments(stage, payer, funding) {
  const of = (order) => `/payments/${order}`;
  const ready = (amount) => backstage.ready(stage, payer, funding, { amount });
  const comesBack = (order, button, words) => backstage.comesBack(stage, order, button, words);

  // Each state is reached before the next fault is set: work in the background would meet it, too.
  const expired = await ready(3_000);
  await stage.moveClock(20 * 60);
  await comesBack(expired, 'cancel', '결제 시간이 지났어요');
  await stage.moveClock(0);

  const cancelled = await ready(4_000);
  await comesBack(cancelled, 'cancel', '결제를 취소했어요');

  const failed = await ready(5_000);
  await stage.break('approve', 'declined');
  await comesBack(failed, 'pay', '결제하지 못했어요');

  const refunded = await backstage.gift(stage, payer, funding, { amount: 6_000, message: '돌려받을 마음' });
  await backstage.takesBack(stage, payer, funding);
  await backstage.untilPageSays(stage.url + of(refunded), '환불됐어요');

  const refunding = await backstage.gift(stage, payer, funding, { amount: 7_000, message: '돌려받는 중인 마음' });
  await stage.break('cancel', 'http_503', 99);
  await backstage.takesBack(stage, payer, funding);

  const checking = await ready(8_000);
  await stage.break('order', 'http_503', 99);
  await stage.break('approve', 'lost');
  await comesBack(checking, 'pay', '결제를 확인하고 있어요');

  const paid = await backstage.gift(stage, payer, funding, { amount: 9_000, message: '별 보러 갈 때 나도 불러 줘!' });
  const waiting = await ready(10_000);
  return {
    expired: of(expired), cancelled: of(cancelled), failed: of(failed), refunded: of(refunded),
    refunding: of(refunding), checking: of(checking), paid: of(paid), waiting: of(waiting),
  };
}
