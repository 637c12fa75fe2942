// Steps that many tests share, each through the pages.

import { join } from 'node:path';
import { ROOT } from './server.js';

export const PICTURE = join(ROOT, 'crates/server/assets/icons/icon-512.png');

/** Adds a bank account, which an author needs. */
export async function addBankAccount(visitor) {
  await visitor.goto('/me/edit');
  await visitor.page.getByLabel('은행', { exact: true }).selectOption('카카오뱅크');
  await visitor.fill('계좌번호', '3333-01-2345678');
  await visitor.click('저장');
  await visitor.seesText('저장했어요.');
}

/** Opens a funding; returns its path. */
export async function openFunding(visitor, { title, text = '오래 갖고 싶었어요.', goal = 100_000, audience = '전체 공개', picture }) {
  await visitor.goto('/fundings/new');
  await visitor.fill('갖고 싶은 것', title);
  await visitor.fill('이야기', text);
  if (picture) await visitor.page.getByLabel('사진', { exact: true }).setInputFiles(picture);
  await visitor.fill('목표 금액', String(goal));
  await visitor.check(audience);
  await visitor.check(/^\s*목표를 채우지 못해도/);
  await visitor.click('펀딩 열기', { role: 'button' });
  // The preview beside the form has the same heading.
  await visitor.page.waitForURL(/\/fundings\/\d+/);
  await visitor.seesHeading(title);
  return visitor.path;
}

/** Fills in the support form of a funding and goes on to KakaoPay's page. */
export async function startPayment(visitor, funding, { amount = 10_000, message = '축하해!' } = {}) {
  await visitor.goto(funding);
  await visitor.click('함께하기');
  await visitor.fill('후원 금액', String(amount));
  await visitor.fill('응원 메시지', message);
  await visitor.click('카카오페이로 결제하기');
  await visitor.page.waitForURL(`${visitor.server.kakao}/sandbox/pay/**`);
}

/** Presses a button at KakaoPay and returns. */
export async function pay(visitor, button = /원 결제$/) {
  await visitor.click(button);
  await visitor.page.waitForURL(`${visitor.server.url}/**`);
}

/** Supports a funding, from its page to the page that confirms the support. */
export async function support(visitor, funding, gift) {
  await startPayment(visitor, funding, gift);
  await pay(visitor);
  await visitor.seesHeading('후원이 전해졌어요');
}

/** Follows the author of a funding, starting at the funding. */
export async function followAuthorOf(visitor, funding, author) {
  await visitor.goto(funding);
  await visitor.page.locator('.funding-author').getByRole('link', { name: author }).click();
  await visitor.click('팔로우');
  await visitor.seesText('팔로우했어요.');
}
