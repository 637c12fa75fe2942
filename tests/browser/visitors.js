// A person with a browser of their own. Whatever a browser would complain about fails the test: an error in the
// console, a violation of the policy, a request that fails or goes to somebody else.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { chromium } from 'playwright-core';
import { member, seat } from './api.js';
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

/** Starts the browser, whose own words are Korean. */
export const openBrowser = (args = FLAGS) => (
  chromium.launch({ executablePath: BROWSER, args, env: { ...process.env, LANGUAGE: 'ko' } }));

/** Those who look at `stage`, in one browser. */
export class People {
  constructor(stage) {
    this.stage = stage;
    this.present = [];
  }

  async open() {
    this.browser = await openBrowser();
  }

  async close() {
    await this.leave();
    await this.browser?.close();
  }

  /** Everybody goes; gives back what their browsers complained about. */
  async leave() {
    const present = this.present.splice(0);
    const complaints = present.flatMap((person) => person.complaints);
    await Promise.all(present.map((person) => person.context.close()));
    return complaints;
  }

  /** Somebody new; `options` as Playwright's newContext takes them, over a device of above. */
  async come(device, options = {}) {
    const context = await this.browser.newContext({
      baseURL: this.stage.url, locale: 'ko-KR', timezoneId: 'Asia/Seoul', ...device, ...options,
    });
    context.setDefaultTimeout(WAIT_MS);
    const person = new Person(this.stage, context);
    this.present.push(person);
    person.page = await person.openTab();
    return person;
  }

  /** Somebody with a phone. */
  phone(options) {
    return this.come(PHONE, options);
  }

  /** Somebody at a desk. */
  desktop(options) {
    return this.come(DESKTOP, options);
  }
}

/** One person, at the page they look at. */
export class Person {
  constructor(stage, context) {
    this.stage = stage;
    this.context = context;
    this.complaints = [];
    this.forgiven = [];
  }

  async openTab() {
    const page = await this.context.newPage();
    watch(this, page);
    return page;
  }

  /** From here on, complaints like this one are part of the story. */
  expects(pattern) {
    this.forgiven.push(pattern);
    return this;
  }

  complain(text) {
    if (!this.forgiven.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }

  /** Types an address. */
  async goes(path) {
    return this.page.goto(path);
  }

  /** Presses a button or follows a link by its words. */
  async presses(name, { exact = true, role } = {}) {
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

  /** Types into the field with this label. */
  async writes(label, text) {
    await this.field(label).fill(text);
  }

  /** Ticks a box, or picks one of several. */
  async picks(label) {
    await this.page.getByLabel(label).check();
  }

  /** Reads this on the page, sooner or later. */
  async reads(text) {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  /** The field with this label comes to hold this value: by the next page, or by a script. */
  async hasValue(label, value) {
    await until(`${label}: ${value}`, async () => await this.field(label).inputValue() === value);
  }

  /** Comes to be at this path. */
  async isAt(path) {
    await this.page.waitForURL((url) => url.pathname === path);
  }

  async readsHeading(name) {
    await this.page.getByRole('heading', { name }).first().waitFor();
  }

  /** Whether this can be read just now. */
  async canRead(text) {
    return (await this.page.getByText(text).filter({ visible: true }).count()) > 0;
  }

  /** The path of the page they are at. */
  get path() {
    return new URL(this.page.url()).pathname;
  }

  /** From a page of ours with a way to log in: through Kakao, as somebody of the cast or somebody new. */
  async logsInAs(nickname, { birthday } = {}) {
    const { page } = this;
    await page.getByRole('link', { name: '카카오로 시작하기' }).click();
    await page.waitForURL(`${this.stage.kakao}/**`);
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
    await page.waitForURL(`${this.stage.url}/**`);
  }

  /** Has been here before: the login is made ready behind the stage. */
  async isMember(nickname) {
    const found = await member(this.stage, nickname);
    await seat(this, found);
    return found;
  }

  /** At the front door, through Kakao, home. */
  async comesInAs(nickname, options) {
    await this.goes('/');
    await this.logsInAs(nickname, options);
    await this.readsHeading(`${nickname}님, 반가워요`);
  }
}

function watch(person, page) {
  const own = person.stage.url;
  const isOurs = (url) => url.startsWith(own);
  page.on('pageerror', (error) => {
    // Going on before the last page has faded out is no error, though the browser calls it one.
    if (!/Transition was (aborted|skipped)/.test(error)) person.complain(`${page.url()}: ${error}`);
  });
  page.on('console', (message) => {
    const from = message.location().url || page.url();
    if (message.type() === 'error' && !from.startsWith(person.stage.kakao)) {
      person.complain(`${from}: ${message.text()}`);
    }
  });
  page.on('request', (request) => {
    if (request.isNavigationRequest() || !isOurs(page.url())) return;
    if (!/^(data|blob):/.test(request.url()) && !isOurs(request.url())) {
      person.complain(`${page.url()} asks somebody else: ${request.url()}`);
    }
  });
  page.on('requestfailed', (request) => {
    // What is under way when somebody goes on to another page is given up: no failure.
    const why = request.failure()?.errorText;
    if (why !== 'net::ERR_ABORTED') person.complain(`${request.url()}: ${why}`);
  });
  // The console says so too, but not for policies that only report.
  page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`policy violated: ${violatedDirective} by ${blockedURI}`);
    });
  });
}

/**
 * How a file of tests tells a story: like `test`, with people whose browsers must not complain. Whoever has come
 * leaves at its end. `prepare` is done once, before the first.
 */
export function storiesOn(stage, prepare = async () => {}) {
  const people = new People(stage);
  const ready = stage.started.then(() => Promise.all([people.open(), prepare()]));
  after(() => people.close());
  return (name, body) => test(name, async () => {
    await ready;
    let complaints;
    try {
      await body(people);
    } finally {
      complaints = await people.leave();
    }
    assert.deepEqual(complaints, []);
  });
}
