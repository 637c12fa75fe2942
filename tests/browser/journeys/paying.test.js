// Payments: approved, cancelled, failed, expired, with a lost response. The page shows the true state of each.

import assert from 'node:assert/strict';
import { pay, startPayment, support } from '../steps.js';
import { createFunding, member, untilPageSays } from '../api.js';
import { PHONE, testsOn } from '../visitors.js';
import { serverFor } from '../server.js';

const server = serverFor({ SWEEP_INTERVAL_SECONDS: '1' });
const test = testsOn(server);

async function openOne(author, title) {
  return createFunding(server, await member(server, author), { title });
}

async function lastPayment() {
  return (await server.listPayments()).at(-1);
}

test('a friend pays; the payment, the message and the total are visible to everybody', async (visitors) => {
  const before = (await server.listPayments()).length;
  const funding = await openOne('우쿨렐레', '내 첫 우쿨렐레');
  const friend = await visitors.phone();
  await friend.logInAsMember('통큰친구');
  await friend.goto(funding);
  await friend.click('함께하기');
  await friend.click('나누기');
  await friend.seesValue('후원 금액', '20,000');
  await friend.click('30,000원');
  await friend.seesValue('후원 금액', '30,000');
  await friend.fill('응원 메시지', '연주 들려줘야 해!');
  await friend.click('카카오페이로 결제하기');
  await friend.page.waitForURL(`${server.kakao}/sandbox/pay/**`);
  await friend.seesText('30,000원 결제');
  await pay(friend);
  await friend.seesHeading('후원이 전해졌어요');
  const receipt = friend.page.url();

  await friend.click('펀딩으로 돌아가기');
  await friend.seesText('연주 들려줘야 해!');
  await friend.seesText('30%');
  assert.equal((await lastPayment()).status, 'SUCCESS_PAYMENT');

  await friend.goto(receipt);
  await friend.seesHeading('후원이 전해졌어요');
  assert.equal((await server.listPayments()).length, before + 1, 'looking again takes no money');
  const guest = await visitors.desktop();
  await guest.goto(funding);
  await guest.seesText('연주 들려줘야 해!');
});

test('cancelling at KakaoPay charges nothing and can be retried', async (visitors) => {
  const funding = await openOne('캠핑하는', '가을 캠핑 의자');
  const friend = await visitors.phone();
  await friend.logInAsMember('망설이는');
  await startPayment(friend, funding);
  await pay(friend, '취소');
  await friend.seesHeading('결제를 취소했어요');
  await friend.seesText('결제된 금액은 없어요.');
  await friend.click('다시 시도하기');
  await friend.seesHeading('마음 보태기');
  assert.equal((await lastPayment()).status, 'QUIT_PAYMENT');
});

test('a payment that fails says that nothing was charged', async (visitors) => {
  const funding = await openOne('기타치는', '기타 줄 한 벌');
  const friend = await visitors.desktop();
  await friend.logInAsMember('한도초과');
  await startPayment(friend, funding);
  await pay(friend, '실패 흉내');
  await friend.seesHeading(/결제하지 못했어요|결제를 취소했어요/);
  await friend.seesText(/결제된 금액은 없어요/);
  await friend.goto(funding);
  await friend.seesText('0%');
});

test('a payment that is declined at approval says that nothing was charged', async (visitors) => {
  const funding = await openOne('요리하는', '무쇠 냄비');
  const friend = await visitors.phone();
  await friend.logInAsMember('잔액부족');
  await startPayment(friend, funding);
  await server.injectFault('approve', 'declined');
  await pay(friend);
  await friend.seesHeading('결제하지 못했어요');
  await friend.seesText(/결제된 금액은 없어요/);
  await friend.goto('/me/payments');
  await friend.seesText('결제하지 못했어요');
});

test('after a lost approval response the page says so, and later shows the outcome by itself', async (visitors) => {
  const funding = await openOne('사진찍는', '필름 열 통');
  const friend = await visitors.phone();
  await friend.logInAsMember('조마조마');
  await startPayment(friend, funding);
  // The outcome stays unknown until the page has been checked.
  await server.injectFault('order', 'http_503', 1_000);
  await server.injectFault('approve', 'lost');
  await pay(friend);
  await friend.seesHeading('결제를 확인하고 있어요');
  await friend.seesText(/다시 결제하지 마세요/);
  await server.clearFaults();
  await friend.seesHeading('후원이 전해졌어요');
  const payments = await server.listPayments();
  assert.equal(payments.at(-1).approvals, 1, 'charged once');
});

test('an expired payment says that the time is over and nothing was charged', async (visitors) => {
  const funding = await openOne('느긋한', '느긋한 안락의자');
  const friend = await visitors.desktop();
  await friend.logInAsMember('깜빡한');
  await startPayment(friend, funding);
  const order = await newestPayment(friend);
  await server.moveClock(20 * 60);
  try {
    // This page only changes when it is reloaded.
    await untilPageSays(server.url + order, '결제 시간이 지났어요');
    await friend.goto(order);
    await friend.seesHeading('결제 시간이 지났어요');
    await friend.seesText(/결제된 금액은 없어요/);
  } finally {
    await server.moveClock(0);
  }
});

/** The path of the newest payment of a visitor. */
async function newestPayment(visitor) {
  await visitor.goto('/me/payments');
  return visitor.page.locator('.list a').first().getAttribute('href');
}

test('returning in a browser without cookies shows the true state, and nothing private', async (visitors) => {
  const open = await openOne('비밀많은', '인앱에서 열린 선물');
  const friend = await visitors.phone();
  await friend.logInAsMember('인앱친구');
  await startPayment(friend, open);

  const otherBrowser = await visitors.newVisitor(PHONE);
  await otherBrowser.goto(friend.page.url());
  await pay(otherBrowser);
  await otherBrowser.seesHeading('후원이 전해졌어요');
  assert.ok(await otherBrowser.page.getByRole('link', { name: '로그인' }).isVisible(), 'nobody is logged in here');
  await friend.goto(open);
  await friend.seesText('인앱친구');
});

test('a double click on the submit button makes one payment', async (visitors) => {
  const funding = await openOne('꼼꼼한', '두 번 눌린 단추');
  const friend = await visitors.phone();
  await friend.logInAsMember('급한친구');
  const before = (await server.listPayments()).length;
  await friend.goto(`${funding}/support`);
  await friend.fill('후원 금액', '5000');
  await friend.fill('응원 메시지', '빨리 보내야지');
  await friend.page.getByRole('button', { name: '카카오페이로 결제하기' }).dblclick();
  await friend.page.waitForURL(`${server.kakao}/sandbox/pay/**`);
  assert.equal((await server.listPayments()).length, before + 1);
});

test('a support that is taken back is refunded in full, and every page says so', async (visitors) => {
  const funding = await openOne('마음좋은', '되돌릴 수 있는 마음');
  const friend = await visitors.desktop();
  await friend.logInAsMember('마음바뀐');
  await support(friend, funding, { amount: 15_000, message: '응원해요' });
  await friend.goto(funding);
  await friend.click('후원 취소');
  await friend.seesText('결제한 15,000원을 모두 돌려드려요.');
  await friend.check('네, 알고 있어요');
  await friend.click('후원 취소', { role: 'button' });
  await friend.seesText('후원을 취소했어요. 결제 금액을 돌려드릴게요.');
  assert.equal(await friend.hasText('응원해요'), false);
  await friend.goto('/me/payments');
  await friend.page.locator('.list a').first().click();
  await friend.seesHeading('환불됐어요');
  assert.equal((await lastPayment()).canceled, 15_000);
});
