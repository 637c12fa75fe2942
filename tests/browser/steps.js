// What people do again and again, each time through the pages.

import { join } from 'node:path';
import { ROOT } from './server.js';

export const PICTURE = join(ROOT, 'crates/server/assets/icons/icon-512.png');

/** Puts a bank account on file, which an author needs. */
export async function addsBankAccount(person) {
  await person.goes('/me/edit');
  await person.page.getByLabel('은행', { exact: true }).selectOption('카카오뱅크');
  await person.writes('계좌번호', '3333-01-2345678');
  await person.presses('저장');
  await person.reads('저장했어요.');
}

/** Opens a funding; gives back its path. */
export async function opensFunding(person, { title, text = '오래 갖고 싶었어요.', goal = 100_000, audience = '전체 공개', picture }) {
  await person.goes('/fundings/new');
  await person.writes('갖고 싶은 것', title);
  await person.writes('이야기', text);
  if (picture) await person.page.getByLabel('사진', { exact: true }).setInputFiles(picture);
  await person.writes('목표 금액', String(goal));
  await person.picks(audience);
  await person.picks(/^\s*목표를 채우지 못해도/);
  await person.presses('펀딩 열기', { role: 'button' });
  // The preview beside the form has the same heading.
  await person.page.waitForURL(/\/fundings\/\d+/);
  await person.readsHeading(title);
  return person.path;
}

/** Presses the button at a funding, fills the form, and goes as far as KakaoPay's page. */
export async function goesToPay(person, funding, { amount = 10_000, message = '축하해!' } = {}) {
  await person.goes(funding);
  await person.presses('함께하기');
  await person.writes('후원 금액', String(amount));
  await person.writes('응원 메시지', message);
  await person.presses('카카오페이로 결제하기');
  await person.page.waitForURL(`${person.stage.kakao}/sandbox/pay/**`);
}

/** Presses a button at KakaoPay, and comes back. */
export async function pays(person, button = /원 결제$/) {
  await person.presses(button);
  await person.page.waitForURL(`${person.stage.url}/**`);
}

/** Supports a funding, from its page to the page that says thank you. */
export async function supports(person, funding, gift) {
  await goesToPay(person, funding, gift);
  await pays(person);
  await person.readsHeading('후원이 전해졌어요');
}

/** Follows somebody from the page of a funding of theirs. */
export async function followsAuthorOf(person, funding, author) {
  await person.goes(funding);
  await person.page.locator('.funding-author').getByRole('link', { name: author }).click();
  await person.presses('팔로우');
  await person.reads('팔로우했어요.');
}
