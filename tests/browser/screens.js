// Every screen of the web app, and how one gets to see it.

import { PICTURE } from './steps.js';
import { seat } from './api.js';

const screen = (name, who, path, more = {}) => ({ name, who, path, ...more });

/**
 * `who`: a guest, or a member of the world. `path`: in the world. `act`: what is done there to see it.
 * `status`: that the page answers with, when it is a refusal.
 */
export const SCREENS = [
  screen('landing', 'guest', () => '/'),
  screen('login', 'guest', () => '/login?next=%2Fme'),
  screen('login-cancelled', 'guest', () => '/login?failed=cancelled'),
  screen('home', 'sori', () => '/'),
  screen('home-of-a-newcomer', 'payer', () => '/?done=welcome'),
  screen('home-of-friends', 'bada', () => '/'),
  screen('explore', 'sori', () => '/explore'),
  screen('explore-as-a-guest', 'guest', () => '/explore'),
  screen('explore-people', 'sori', () => '/explore/people'),
  screen('explore-found', 'sori', () => '/explore/people?q=바다'),
  screen('explore-recent', 'sori', () => '/explore/people?q=달래', { act: (page) => page.goto('/explore/people') }),
  screen('explore-nobody', 'sori', () => '/explore/people?q=없는이름'),
  screen('supported', 'bada', () => '/explore/supported'),
  screen('supported-none', 'newcomer', () => '/explore/supported'),
  screen('funding-as-a-guest', 'guest', (world) => world.telescope),
  screen('funding-as-a-friend', 'bada', (world) => world.machine),
  screen('funding-as-its-author', 'sori', (world) => world.machine),
  screen('funding-thanking', 'sori', (world) => world.machine, { act: (page) => page.getByText('고마움 전하기').first().click() }),
  screen('funding-friends-only', 'bada', (world) => world.fundings['우리끼리 준비하는 달래 님 환갑 선물']),
  screen('funding-ended', 'sori', (world) => world.fundings['자전거 헬멧이 필요해요']),
  screen('funding-reviewed', 'guest', (world) => world.fundings['손주들과 찍을 필름 카메라']),
  screen('funding-without-gifts', 'newcomer', (world) => world.own),
  screen('funding-with-long-texts', 'guest', (world) => world.longest),
  screen('share', 'sori', (world) => `${world.machine}/share`),
  screen('share-friends-only', 'sori', (world) => `${world.fundings['우리끼리 준비하는 달래 님 환갑 선물']}/share`),
  screen('open', 'sori', () => '/fundings/new'),
  screen('open-preview', 'sori', () => '/fundings/new', { act: looksAtPreview }),
  screen('open-without-a-bank-account', 'newcomer', () => '/fundings/new'),
  screen('open-refused', 'sori', () => '/fundings/new', { status: 422, act: sendsBadFunding }),
  screen('edit', 'sori', (world) => `${world.machine}/edit`),
  screen('delete', 'sori', (world) => `${world.machine}/delete`),
  screen('review', 'sori', (world) => `${world.machine}/review`),
  screen('support', 'bada', (world) => `${world.telescope}/support`),
  screen('support-split', 'bada', (world) => `${world.telescope}/support?split=7`),
  screen('support-refused', 'bada', (world) => `${world.telescope}/support`, { status: 422, act: sendsBadSupport }),
  screen('support-message', 'bada', (world) => `/supports/${world.support}/edit`),
  screen('support-take-back', 'bada', (world) => `/supports/${world.support}/take-back`),
  screen('payment-on-the-way', 'payer', (world) => `${world.payments.waiting}/go`, { stays: true }),
  ...['paid', 'waiting', 'checking', 'refunding', 'refunded', 'cancelled', 'failed', 'expired'].map((state) => (
    screen(`payment-${state}`, 'payer', (world) => world.payments[state]))),
  screen('payments', 'payer', () => '/me/payments'),
  screen('payments-none', 'newcomer', () => '/me/payments'),
  screen('me', 'sori', () => '/me'),
  screen('me-new', 'newcomer', () => '/me'),
  screen('profile', 'sori', () => '/me/edit'),
  screen('profile-crop', 'sori', () => '/me/edit', { act: choosesPicture }),
  screen('withdraw', 'sori', () => '/me/withdraw'),
  screen('member', 'sori', (world) => `/members/${world.bada.id}`),
  screen('member-menu', 'sori', (world) => `/members/${world.bada.id}`, { act: (page) => page.getByRole('button', { name: '김바다님 프로필 메뉴' }).click() }),
  screen('member-stranger', 'newcomer', (world) => `/members/${world.payer.id}`),
  screen('followers', 'sori', (world) => `/members/${world.sori.id}/followers`),
  screen('following-nobody', 'newcomer', (world) => `/members/${world.payer.id}/following`),
  screen('notifications', 'sori', () => '/notifications'),
  screen('notifications-none', 'newcomer', () => '/notifications'),
  screen('settings', 'sori', () => '/settings?done=saved'),
  screen('settings-as-a-guest', 'guest', () => '/settings'),
  screen('report-funding', 'bada', (world) => `/reports/new?kind=funding&id=${world.machine.split('/').pop()}`),
  screen('report-member', 'bada', (world) => `/reports/new?kind=member&id=${world.sori.id}`),
  screen('faq', 'guest', () => '/faq', { act: (page) => page.locator('summary').first().click() }),
  screen('terms', 'guest', () => '/terms'),
  screen('privacy', 'guest', () => '/privacy'),
  screen('offline', 'guest', () => '/offline'),
  screen('styleguide', 'guest', () => '/styleguide'),
  screen('error-403', 'sori', () => '/me', { status: 403, act: sendsStaleForm }),
  screen('error-404', 'guest', () => '/nowhere', { status: 404 }),
  screen('error-404-of-a-funding', 'guest', () => '/fundings/999999', { status: 404 }),
  screen('error-410', 'sori', (world) => world.gone, { status: 410 }),
];

/** The screen with this name. */
export const screenOf = (name) => SCREENS.find((found) => found.name === name);

/** Somebody with this device gets to see the screen. `options` as for People.come. */
export async function arrive(people, world, { who, path, act, status, stays }, device, options) {
  const person = await people.come(device, { reducedMotion: 'reduce', ...options });
  // A toast leaves after some seconds, and a slow machine may look for longer.
  await person.page.addInitScript(() => {
    const { remove } = Element.prototype;
    Element.prototype.remove = function removeUnlessToast() {
      if (!this.matches('[data-toast]')) remove.call(this);
    };
  });
  if (status) person.expects(new RegExp(`status of ${status}`));
  if (who !== 'guest') await seat(person, world[who]);
  if (stays) {
    // Without content there is nothing to go to: the page that leads to KakaoPay can be looked at.
    await person.context.route(`${world.stage.kakao}/**`, (route) => route.fulfill({ status: 204 }));
  }
  await person.goes(path(world));
  if (act) await act(person.page);
  await person.page.waitForLoadState();
  return person;
}

async function sendsBadFunding(page) {
  await page.getByLabel('갖고 싶은 것').fill('너무 비싼 것');
  await page.getByLabel('이야기').fill('이건 좀 비싸요.');
  await page.getByRole('textbox', { name: '목표 금액' }).fill('99000000');
  await page.getByLabel(/^\s*목표를 채우지 못해도/).check();
  await page.getByRole('button', { name: '펀딩 열기' }).click();
  await page.getByText('1,000원에서 10,000,000원 사이로 적어 주세요.').waitFor();
}

async function looksAtPreview(page) {
  await page.getByLabel('갖고 싶은 것').fill('비 오는 날의 노란 우산');
  await page.getByLabel('이야기').fill('장마가 오기 전에 하나 갖고 싶어요.');
  await page.getByLabel('사진', { exact: true }).setInputFiles(PICTURE);
  await page.getByRole('textbox', { name: '목표 금액' }).fill('45000');
  await page.getByRole('button', { name: '미리보기' }).click();
  await page.getByRole('heading', { name: '이렇게 보여요' }).waitFor();
}

async function sendsBadSupport(page) {
  await page.getByLabel('후원 금액').fill('10');
  await page.getByLabel('응원 메시지').fill('너무 적나?');
  await page.getByRole('button', { name: '카카오페이로 결제하기' }).click();
  await page.getByText('1,000원에서 1,000,000원 사이로 적어 주세요.').waitFor();
}

async function choosesPicture(page) {
  await page.getByLabel('프로필 사진').setInputFiles(PICTURE);
  await page.getByRole('application', { name: '사진에서 보일 부분' }).waitFor();
}

/** As when the login has changed in another window. */
async function sendsStaleForm(page) {
  await page.evaluate(() => {
    document.querySelector('form[action="/logout"] [name="_csrf"]').value = 'stale';
  });
  await page.getByRole('button', { name: '로그아웃' }).click();
  await page.getByRole('heading', { name: '다시 한 번 눌러 주세요' }).waitFor();
}
