// Money: paid, given up, failed, an answer that got lost, too late. The page that one comes back to never lies.

import assert from 'node:assert/strict';
import { goesToPay, pays, supports } from '../steps.js';
import { funding as opened, member, untilPageSays } from '../api.js';
import { PHONE, storiesOn } from '../visitors.js';
import { stageFor } from '../server.js';

const stage = stageFor({ SWEEP_INTERVAL_SECONDS: '1' });
const story = storiesOn(stage);

async function openOne(author, title) {
  return opened(stage, await member(stage, author), { title });
}

async function lastPayment() {
  return (await stage.book()).at(-1);
}

story('a friend pays in a few taps; the money, the message and the total are there for all', async (people) => {
  const before = (await stage.book()).length;
  const funding = await openOne('우쿨렐레', '내 첫 우쿨렐레');
  const friend = await people.phone();
  await friend.isMember('통큰친구');
  await friend.goes(funding);
  await friend.presses('함께하기');
  await friend.presses('나누기');
  await friend.hasValue('후원 금액', '20,000');
  await friend.presses('30,000원');
  await friend.hasValue('후원 금액', '30,000');
  await friend.writes('응원 메시지', '연주 들려줘야 해!');
  await friend.presses('카카오페이로 결제하기');
  await friend.page.waitForURL(`${stage.kakao}/sandbox/pay/**`);
  await friend.reads('30,000원 결제');
  await pays(friend);
  await friend.readsHeading('후원이 전해졌어요');
  const receipt = friend.page.url();

  await friend.presses('펀딩으로 돌아가기');
  await friend.reads('연주 들려줘야 해!');
  await friend.reads('30%');
  assert.equal((await lastPayment()).status, 'SUCCESS_PAYMENT');

  await friend.goes(receipt);
  await friend.readsHeading('후원이 전해졌어요');
  assert.equal((await stage.book()).length, before + 1, 'looking again takes no money');
  const guest = await people.desktop();
  await guest.goes(funding);
  await guest.reads('연주 들려줘야 해!');
});

story('giving up at KakaoPay charges nothing, and one can try again', async (people) => {
  const funding = await openOne('캠핑하는', '가을 캠핑 의자');
  const friend = await people.phone();
  await friend.isMember('망설이는');
  await goesToPay(friend, funding);
  await pays(friend, '취소');
  await friend.readsHeading('결제를 취소했어요');
  await friend.reads('결제된 금액은 없어요.');
  await friend.presses('다시 시도하기');
  await friend.readsHeading('마음 보태기');
  assert.equal((await lastPayment()).status, 'QUIT_PAYMENT');
});

story('a payment that fails says that nothing was charged', async (people) => {
  const funding = await openOne('기타치는', '기타 줄 한 벌');
  const friend = await people.desktop();
  await friend.isMember('한도초과');
  await goesToPay(friend, funding);
  await pays(friend, '실패 흉내');
  await friend.readsHeading(/결제하지 못했어요|결제를 취소했어요/);
  await friend.reads(/결제된 금액은 없어요/);
  await friend.goes(funding);
  await friend.reads('0%');
});

story('a card that is declined at the last moment says that nothing was charged', async (people) => {
  const funding = await openOne('요리하는', '무쇠 냄비');
  const friend = await people.phone();
  await friend.isMember('잔액부족');
  await goesToPay(friend, funding);
  await stage.break('approve', 'declined');
  await pays(friend);
  await friend.readsHeading('결제하지 못했어요');
  await friend.reads(/결제된 금액은 없어요/);
  await friend.goes('/me/payments');
  await friend.reads('결제하지 못했어요');
});

story('when the answer about the money is lost the page says so, and then by itself what happened', async (people) => {
  const funding = await openOne('사진찍는', '필름 열 통');
  const friend = await people.phone();
  await friend.isMember('조마조마');
  await goesToPay(friend, funding);
  // Nothing is found out before the page has been read.
  await stage.break('order', 'http_503', 1_000);
  await stage.break('approve', 'lost');
  await pays(friend);
  await friend.readsHeading('결제를 확인하고 있어요');
  await friend.reads(/다시 결제하지 마세요/);
  await stage.mend();
  await friend.readsHeading('후원이 전해졌어요');
  const payments = await stage.book();
  assert.equal(payments.at(-1).approvals, 1, 'charged once');
});

story('who takes too long is told that the time is over and nothing was charged', async (people) => {
  const funding = await openOne('느긋한', '느긋한 안락의자');
  const friend = await people.desktop();
  await friend.isMember('깜빡한');
  await goesToPay(friend, funding);
  const order = await orderOf(friend);
  await stage.moveClock(20 * 60);
  try {
    // This page only changes when it is opened again.
    await untilPageSays(stage.url + order, '결제 시간이 지났어요');
    await friend.goes(order);
    await friend.readsHeading('결제 시간이 지났어요');
    await friend.reads(/결제된 금액은 없어요/);
  } finally {
    await stage.moveClock(0);
  }
});

/** The page of the payment that somebody has just been sent away from. */
async function orderOf(person) {
  await person.goes('/me/payments');
  return person.page.locator('.list a').first().getAttribute('href');
}

story('in a browser that has dropped its cookies the way back still tells the truth, and nothing private', async (people) => {
  const open = await openOne('비밀많은', '인앱에서 열린 선물');
  const friend = await people.phone();
  await friend.isMember('인앱친구');
  await goesToPay(friend, open);

  const elsewhere = await people.come(PHONE);
  await elsewhere.goes(friend.page.url());
  await pays(elsewhere);
  await elsewhere.readsHeading('후원이 전해졌어요');
  assert.ok(await elsewhere.page.getByRole('link', { name: '로그인' }).isVisible(), 'nobody is logged in here');
  await friend.goes(open);
  await friend.reads('인앱친구');
});

story('pressing the button of the form twice makes one payment', async (people) => {
  const funding = await openOne('꼼꼼한', '두 번 눌린 단추');
  const friend = await people.phone();
  await friend.isMember('급한친구');
  const before = (await stage.book()).length;
  await friend.goes(`${funding}/support`);
  await friend.writes('후원 금액', '5000');
  await friend.writes('응원 메시지', '빨리 보내야지');
  await friend.page.getByRole('button', { name: '카카오페이로 결제하기' }).dblclick();
  await friend.page.waitForURL(`${stage.kakao}/sandbox/pay/**`);
  assert.equal((await stage.book()).length, before + 1);
});

story('a payment taken back is refunded whole, and says so everywhere', async (people) => {
  const funding = await openOne('마음좋은', '되돌릴 수 있는 마음');
  const friend = await people.desktop();
  await friend.isMember('마음바뀐');
  await supports(friend, funding, { amount: 15_000, message: '응원해요' });
  await friend.goes(funding);
  await friend.presses('후원 취소');
  await friend.reads('결제한 15,000원을 모두 돌려드려요.');
  await friend.picks('네, 알고 있어요');
  await friend.presses('후원 취소', { role: 'button' });
  await friend.reads('후원을 취소했어요. 결제 금액을 돌려드릴게요.');
  assert.equal(await friend.canRead('응원해요'), false);
  await friend.goes('/me/payments');
  await friend.page.locator('.list a').first().click();
  await friend.readsHeading('환불됐어요');
  assert.equal((await lastPayment()).canceled, 15_000);
});
