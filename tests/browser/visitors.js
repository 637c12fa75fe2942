// Visitors, each with a browser context of their own. A test fails on everything that a browser reports: errors in the
// console, violations of the Content-Security-Policy, requests that fail or go to another origin.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { chromium } from 'playwright-core';
import { logIn, member } from './api.js';
import { WAIT_MS, until } from './wait.js';

const BROWSER = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

export const PHONE = {
  viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2,
  userAgent: 'Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
};
export const DESKTOP = { viewport: { width: 1280, height: 900 } };

/** Starts the browser, with its user interface in Korean. */
export const openBrowser = (args = FLAGS) => (
  chromium.launch({ executablePath: BROWSER, args, env: { ...process.env, LANGUAGE: 'ko' } }));

/** The visitors of `server`, in one browser. */
export class Visitors {
  constructor(server) {
    this.server = server;
    this.current = [];
  }

  async launch() {
    this.browser = await openBrowser();
  }

  async close() {
    await this.closeAll();
    await this.browser?.close();
  }

  /** Closes every visitor; returns the problems that their browsers reported. */
  async closeAll() {
    const visitors = this.current.splice(0);
    const problems = visitors.flatMap((visitor) => visitor.problems);
    await Promise.all(visitors.map((visitor) => visitor.context.close()));
    return problems;
  }

  /** A new visitor; `options` are those of Playwright's newContext and override the device. */
  async newVisitor(device, options = {}) {
    const context = await this.browser.newContext({
      baseURL: this.server.url, locale: 'ko-KR', timezoneId: 'Asia/Seoul', ...device, ...options,
    });
    context.setDefaultTimeout(WAIT_MS);
    const visitor = new Visitor(this.server, context);
    this.current.push(visitor);
    visitor.page = await visitor.openTab();
    return visitor;
  }

  /** A new visitor with a phone. */
  phone(options) {
    return this.newVisitor(PHONE, options);
  }

  /** A new visitor at a desktop computer. */
  desktop(options) {
    return this.newVisitor(DESKTOP, options);
  }
}

/** One visitor and their page. */
export class Visitor {
  constructor(server, context) {
    this.server = server;
    this.context = context;
    this.problems = [];
    this.allowed = [];
  }

  async openTab() {
    const page = await this.context.newPage();
    watch(this, page);
    return page;
  }

  /** From here on, problems that match are expected. */
  allows(pattern) {
    this.allowed.push(pattern);
    return this;
  }

  report(text) {
    if (!this.allowed.some((pattern) => pattern.test(text))) this.problems.push(text);
  }

  /** Opens a path; returns the response. */
  async goto(path) {
    return this.page.goto(path);
  }

  /** Clicks a visible button or link by its accessible name. */
  async click(name, { exact = true, role } = {}) {
    await this.#control(name, exact, role).first().click();
  }

  #control(name, exact, role) {
    const found = (kind) => this.page.getByRole(kind, { name, exact });
    return (role ? found(role) : found('button').or(found('link'))).filter({ visible: true });
  }

  /** The field with this label. */
  field(label) {
    return this.page.getByLabel(label, { exact: true }).and(this.page.locator('input, textarea, select'));
  }

  /** Fills in the field with this label. */
  async fill(label, text) {
    await this.field(label).fill(text);
  }

  /** Checks a checkbox or a radio button. */
  async check(label) {
    await this.page.getByLabel(label).check();
  }

  /** Waits until this text is visible. */
  async seesText(text) {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  /** Waits until the field with this label has this value: on the next page, or set by a script. */
  async seesValue(label, value) {
    await until(`${label}: ${value}`, async () => await this.field(label).inputValue() === value);
  }

  /** Waits until the page has this path. */
  async waitForPath(path) {
    await this.page.waitForURL((url) => url.pathname === path);
  }

  /** Waits until this heading is visible. */
  async seesHeading(name) {
    await this.page.getByRole('heading', { name }).first().waitFor();
  }

  /** Whether this text is visible now. */
  async hasText(text) {
    return (await this.page.getByText(text).filter({ visible: true }).count()) > 0;
  }

  /** The path of the current page. */
  get path() {
    return new URL(this.page.url()).pathname;
  }

  /** From a page with a login link: logs in through Kakao, as a demo member or as a new one. */
  async logInAs(nickname, { birthday } = {}) {
    const { page } = this;
    await page.getByRole('link', { name: '카카오로 시작하기' }).click();
    await page.waitForURL(`${this.server.kakao}/**`);
    const known = page.getByRole('button', { name: nickname });
    if (await known.count()) {
      await known.click();
    } else {
      await page.getByLabel('닉네임').fill(nickname);
      if (birthday) await page.getByLabel('생일').fill(birthday);
      await page.getByRole('button', { name: '이 사람으로 계속' }).click();
    }
    const consent = page.getByRole('button', { name: '전체 동의하고 계속하기' });
    await consent.or(page.locator('.brand')).first().waitFor();
    if (await consent.count()) await consent.click();
    await page.waitForURL(`${this.server.url}/**`);
  }

  /** Creates a member through the API and logs the browser in; returns the member. */
  async logInAsMember(nickname) {
    const found = await member(this.server, nickname);
    await logIn(this, found);
    return found;
  }

  /** From the landing page through Kakao to the home page. */
  async logInFromLanding(nickname, options) {
    await this.goto('/');
    await this.logInAs(nickname, options);
    await this.seesHeading(`${nickname}님, 반가워요`);
  }
}

function watch(visitor, page) {
  const own = visitor.server.url;
  const isOurs = (url) => url.startsWith(own);
  page.on('pageerror', (error) => {
    // Navigating before a view transition has ended is no error of ours.
    if (!/Transition was (aborted|skipped)/.test(error)) visitor.report(`${page.url()}: ${error}`);
  });
  page.on('console', (message) => {
    const from = message.location().url || page.url();
    if (message.type() === 'error' && !from.startsWith(visitor.server.kakao)) {
      visitor.report(`${from}: ${message.text()}`);
    }
  });
  page.on('request', (request) => {
    if (request.isNavigationRequest() || !isOurs(page.url())) return;
    if (!/^(data|blob):/.test(request.url()) && !isOurs(request.url())) {
      visitor.report(`${page.url()} requests another origin: ${request.url()}`);
    }
  });
  page.on('requestfailed', (request) => {
    // A navigation aborts the requests that are under way: no failure.
    const reason = request.failure()?.errorText;
    if (reason !== 'net::ERR_ABORTED') visitor.report(`${request.url()}: ${reason}`);
  });
  // The console does not show violations of report-only policies.
  page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`policy violated: ${violatedDirective} by ${blockedURI}`);
    });
  });
}

/**
 * Returns a function like `test` whose body gets the visitors. It fails when a browser has reported a problem, and
 * closes the visitors afterwards. `prepare` runs once, before the first test.
 */
export function testsOn(server, prepare = async () => {}) {
  const visitors = new Visitors(server);
  const ready = server.started.then(() => Promise.all([visitors.launch(), prepare()]));
  after(() => visitors.close());
  return (name, body) => test(name, async () => {
    await ready;
    let problems;
    try {
      await body(visitors);
    } finally {
      problems = await visitors.closeAll();
    }
    assert.deepEqual(problems, []);
  });
}
