// Every screen of the web app, and how to open it.

import { logIn } from './api.js';
import { PICTURE } from './steps.js';

const screen = (name, who, path, more = {}) => ({ name, who, path, ...more });

/**
 * `who`: `guest`, or a member of the fixtures. `path`: where the screen is. `act`: what to do there to see it.
 * `status`: the status of the response when it is an error. `stays`: requests to KakaoPay are stopped.
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
  screen('funding-as-a-guest', 'guest', (fixtures) => fixtures.telescope),
  screen('funding-as-a-friend', 'bada', (fixtures) => fixtures.machine),
  screen('funding-as-its-author', 'sori', (fixtures) => fixtures.machine),
  screen('funding-thanking', 'sori', (fixtures) => fixtures.machine, { act: (page) => page.getByText('고마움 전하기').first().click() }),
  screen('funding-friends-only', 'bada', (fixtures) => fixtures.fundings['우리끼리 준비하는 달래 님 환갑 선물']),
  screen('funding-ended', 'sori', (fixtures) => fixtures.fundings['자전거 헬멧이 필요해요']),
  screen('funding-reviewed', 'guest', (fixtures) => fixtures.fundings['손주들과 찍을 필름 카메라']),
  screen('funding-without-gifts', 'newcomer', (fixtures) => fixtures.own),
  screen('funding-with-long-texts', 'guest', (fixtures) => fixtures.longest),
  screen('share', 'sori', (fixtures) => `${fixtures.machine}/share`),
  screen('share-friends-only', 'sori', (fixtures) => `${fixtures.fundings['우리끼리 준비하는 달래 님 환갑 선물']}/share`),
  screen('open', 'sori', () => '/fundings/new'),
  screen('open-preview', 'sori', () => '/fundings/new', { act: looksAtPreview }),
  screen('open-without-a-bank-account', 'newcomer', () => '/fundings/new'),
  screen('open-refused', 'sori', () => '/fundings/new', { status: 422, act: sendsBadFunding }),
  screen('edit', 'sori', (fixtures) => `${fixtures.machine}/edit`),
  screen('delete', 'sori', (fixtures) => `${fixtures.machine}/delete`),
  screen('review', 'sori', (fixtures) => `${fixtures.machine}/review`),
  screen('support', 'bada', (fixtures) => `${fixtures.telescope}/support`),
  screen('support-split', 'bada', (fixtures) => `${fixtures.telescope}/support?split=7`),
  screen('support-refused', 'bada', (fixtures) => `${fixtures.telescope}/support`, { status: 422, act: sendsBadSupport }),
  screen('support-message', 'bada', (fixtures) => `/supports/${fixtures.support}/edit`),
  screen('support-take-back', 'bada', (fixtures) => `/supports/${fixtures.support}/take-back`),
  screen('payment-on-the-way', 'payer', (fixtures) => `${fixtures.payments.waiting}/go`, { stays: true }),
  ...['paid', 'waiting', 'checking', 'refunding', 'refunded', 'cancelled', 'failed', 'expired'].map((state) => (
    screen(`payment-${state}`, 'payer', (fixtures) => fixtures.payments[state]))),
  screen('payments', 'payer', () => '/me/payments'),
  screen('payments-none', 'newcomer', () => '/me/payments'),
  screen('me', 'sori', () => '/me'),
  screen('me-new', 'newcomer', () => '/me'),
  screen('profile', 'sori', () => '/me/edit'),
  screen('profile-crop', 'sori', () => '/me/edit', { act: choosesPicture }),
  screen('withdraw', 'sori', () => '/me/withdraw'),
  screen('member', 'sori', (fixtures) => `/members/${fixtures.bada.id}`),
  screen('member-menu', 'sori', (fixtures) => `/members/${fixtures.bada.id}`, { act: (page) => page.getByRole('button', { name: '김바다님 프로필 메뉴' }).click() }),
  screen('member-stranger', 'newcomer', (fixtures) => `/members/${fixtures.payer.id}`),
  screen('followers', 'sori', (fixtures) => `/members/${fixtures.sori.id}/followers`),
  screen('following-nobody', 'newcomer', (fixtures) => `/members/${fixtures.payer.id}/following`),
  screen('notifications', 'sori', () => '/notifications'),
  screen('notifications-none', 'newcomer', () => '/notifications'),
  screen('settings', 'sori', () => '/settings?done=saved'),
  screen('settings-as-a-guest', 'guest', () => '/settings'),
  screen('report-funding', 'bada', (fixtures) => `/reports/new?kind=funding&id=${fixtures.machine.split('/').pop()}`),
  screen('report-member', 'bada', (fixtures) => `/reports/new?kind=member&id=${fixtures.sori.id}`),
  screen('faq', 'guest', () => '/faq', { act: (page) => page.locator('summary').first().click() }),
  screen('terms', 'guest', () => '/terms'),
  screen('privacy', 'guest', () => '/privacy'),
  screen('offline', 'guest', () => '/offline'),
  screen('styleguide', 'guest', () => '/styleguide'),
  screen('error-403', 'sori', () => '/me', { status: 403, act: sendsStaleForm }),
  screen('error-404', 'guest', () => '/nowhere', { status: 404 }),
  screen('error-404-of-a-funding', 'guest', () => '/fundings/999999', { status: 404 }),
  screen('error-410', 'sori', (fixtures) => fixtures.gone, { status: 410 }),
];

/** The screen with this name. */
export const screenOf = (name) => SCREENS.find((found) => found.name === name);

/** Opens the screen on this device; `options` as for Visitors.newVisitor. */
export async function openScreen(visitors, fixtures, { who, path, act, status, stays }, device, options) {
  const visitor = await visitors.newVisitor(device, { reducedMotion: 'reduce', ...options });
  // A toast is removed after some seconds, and a slow machine may need longer.
  await visitor.page.addInitScript(() => {
    const { remove } = Element.prototype;
    Element.prototype.remove = function removeUnlessToast() {
      if (!this.matches('[data-toast]')) remove.call(this);
    };
  });
  if (status) visitor.allows(new RegExp(`status of ${status}`));
  if (who !== 'guest') await logIn(visitor, fixtures[who]);
  if (stays) {
    // A response without content does not navigate: the page that redirects to KakaoPay stays.
    await visitor.context.route(`${fixtures.server.kakao}/**`, (route) => route.fulfill({ status: 204 }));
  }
  await visitor.goto(path(fixtures));
  if (act) await act(visitor.page);
  await visitor.page.waitForLoadState();
  return visitor;
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

/** The form of a page from before another login in another window. */
async function sendsStaleForm(page) {
  await page.evaluate(() => {
    document.querySelector('form[action="/logout"] [name="_csrf"]').value = 'stale';
  });
  await page.getByRole('button', { name: '로그아웃' }).click();
  await page.getByRole('heading', { name: '다시 한 번 눌러 주세요' }).waitFor();
}
