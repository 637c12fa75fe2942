// A server with the demo members and everything that the screens need: payments in every state, a deleted funding,
// a new member without anything.

import * as api from './api.js';
import { serverFor } from './server.js';
import { testsOn } from './visitors.js';

/** The sweeper does not run by the clock, so that unfinished payments stay as they are. */
const SETTINGS = { DEMO_CAST: 'on', SWEEP_INTERVAL_SECONDS: '3600' };
const FUNDINGS = 12;

/** The test function of a test file, and the fixtures, which are complete when the first test runs. */
export function fixturesFor() {
  const server = serverFor(SETTINGS);
  const fixtures = {};
  const test = testsOn(server, async () => Object.assign(fixtures, await create(server)));
  return { test, fixtures };
}

async function create(server) {
  const [sori, bada, newcomer, payer] = await Promise.all([
    api.demoMember(server, '한소리'),
    api.demoMember(server, '김바다'),
    api.member(server, '새내기', { bank: false }),
    api.member(server, '오늘도즐거운하루'),
  ]);
  const fundings = await titles(server, sori);
  const telescope = fundings['별 보러 가는 망원경 🔭'];
  const machine = fundings['서른 살의 에스프레소 머신'];
  const gone = await api.createFunding(server, payer, { title: '사라진 선물' });
  await api.deleteFunding(server, payer, gone);
  const own = await api.createFunding(server, newcomer, { title: '아무도 모르는 선물' });
  const longest = await api.createFunding(server, payer, {
    title: '끝까지 읽기 힘들 만큼 긴 제목을 가진 펀딩은 작은 화면에서 이렇게 보여요, 그렇지요?',
    text: `${'띄어쓰기없이이어지는아주긴낱말'.repeat(8)} https://example.com/${'a'.repeat(60)}`,
    goal: 10_000_000,
  });
  await api.giveSupport(server, sori, longest, { amount: 1_000_000, message: '가'.repeat(120) });
  const mine = (await api.listSupports(server, machine)).find((support) => support.author.username === '김바다');
  return { server, sori, bada, newcomer, payer, fundings, telescope, machine, gone, own, longest, support: mine.id,
    payments: await payments(server, payer, telescope) };
}

async function titles(server, viewer) {
  const found = {};
  for (let id = 1; id <= FUNDINGS; id += 1) found[(await api.getFunding(server, viewer, id)).title] = `/fundings/${id}`;
  return found;
}

/** The path of a payment in each state that a payer can see. */
async function payments(server, payer, funding) {
  const of = (order) => `/payments/${order}`;
  const prepare = (amount) => api.preparePayment(server, payer, funding, { amount });
  const returnFromKakaoPay = (order, button, words) => api.returnFromKakaoPay(server, order, button, words);

  // Each state is reached before the next fault is injected: background work would run into it, too.
  const expired = await prepare(3_000);
  await server.moveClock(20 * 60);
  await returnFromKakaoPay(expired, 'cancel', '결제 시간이 지났어요');
  await server.moveClock(0);

  const cancelled = await prepare(4_000);
  await returnFromKakaoPay(cancelled, 'cancel', '결제를 취소했어요');

  const failed = await prepare(5_000);
  await server.injectFault('approve', 'declined');
  await returnFromKakaoPay(failed, 'pay', '결제하지 못했어요');

  const refunded = await api.giveSupport(server, payer, funding, { amount: 6_000, message: '돌려받을 마음' });
  await api.takeBackSupport(server, payer, funding);
  await api.untilPageSays(server.url + of(refunded), '환불됐어요');

  const refunding = await api.giveSupport(server, payer, funding, { amount: 7_000, message: '돌려받는 중인 마음' });
  await server.injectFault('cancel', 'http_503', 99);
  await api.takeBackSupport(server, payer, funding);

  const checking = await prepare(8_000);
  await server.injectFault('order', 'http_503', 99);
  await server.injectFault('approve', 'lost');
  await returnFromKakaoPay(checking, 'pay', '결제를 확인하고 있어요');

  const paid = await api.giveSupport(server, payer, funding, { amount: 9_000, message: '별 보러 갈 때 나도 불러 줘!' });
  const waiting = await prepare(10_000);
  return {
    expired: of(expired), cancelled: of(cancelled), failed: of(failed), refunded: of(refunded),
    refunding: of(refunding), checking: of(checking), paid: of(paid), waiting: of(waiting),
  };
}
