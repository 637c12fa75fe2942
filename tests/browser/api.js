// Test data created through the JSON API, as the mobile app would: members, fundings, supports.

import { until } from './wait.js';

const DAY_MS = 86_400_000;

/** Creates a member and logs in; with a bank account unless `bank` is false. */
export async function member(server, nickname, { bank = true } = {}) {
  const person = await json(`${server.kakao}/sandbox/people`, { nickname });
  return logInByApi(server, nickname, person, bank);
}

/** Logs in a demo member, by their name in the sandbox. */
export async function demoMember(server, nickname) {
  const { people } = await (await fetch(`${server.kakao}/sandbox/people`)).json();
  const { id } = people.find((person) => person.nickname === nickname);
  const { access_token } = await json(`${server.kakao}/sandbox/people/${id}/token`, {});
  return logInByApi(server, nickname, { id, access_token });
}

async function logInByApi(server, nickname, { id, access_token }, bank = true) {
  const login = await call(server, 'POST', '/account/kakaologin', { accessToken: access_token });
  const found = { id: String(id), nickname, access: login.token.access_token, login: login.token.refresh_token };
  if (bank) await call(server, 'PUT', '/account/', { bank_account: '카카오뱅크 3333012345678' }, found);
  return found;
}

/** Logs the visitor's browser in as this member, as a login with Kakao would. */
export async function logIn(visitor, found) {
  const cookie = (name, value) => ({ name, value, url: visitor.server.url, httpOnly: true, sameSite: 'Lax' });
  await visitor.context.addCookies([cookie('access', found.access), cookie('login', found.login)]);
  return visitor;
}

/** Makes both follow each other. */
export async function befriend(server, one, other) {
  await call(server, 'POST', '/follow/', { id: other.id }, one);
  await call(server, 'POST', '/follow/', { id: one.id }, other);
}

/** Creates a funding; returns its path. */
export async function createFunding(server, author, { title, goal = 100_000, isPublic = true, days = 30, text = '오래 갖고 싶었어요.' }) {
  const detail = await call(server, 'POST', '/funding/', {
    title, content: text, goal_amount: goal, public: isPublic, expire_on: new Date(Date.now() + days * DAY_MS).toISOString(),
  }, author);
  return `/fundings/${detail.id}`;
}

/** The API's detail of a funding for `viewer`. */
export const getFunding = (server, viewer, id) => call(server, 'GET', `/funding/?id=${id}`, undefined, viewer);

/** The supports of a public funding. */
export const listSupports = (server, path) => call(server, 'GET', `/remit/?id=${path.split('/').pop()}`);

/** The author deletes the funding. */
export const deleteFunding = (server, author, path) => call(server, 'DELETE', '/funding/', { id: path.split('/').pop() }, author);

/** The payer takes back their newest support of this funding. */
export async function takeBackSupport(server, payer, path) {
  const given = (await listSupports(server, path)).filter((support) => support.author.id === payer.id);
  const newest = Math.max(...given.map((support) => support.id));
  await call(server, 'DELETE', '/remit/', { id: newest }, payer);
}

/** Prepares a payment, which then waits for its payer; returns its order reference. */
export async function preparePayment(server, payer, path, { amount = 10_000, message = '축하해!' } = {}) {
  const fields = { amount, funding: path.split('/').pop(), message };
  return (await call(server, 'POST', '/remit/kakaopay/ready', fields, payer)).order;
}

/** The payer presses `button` (pay, cancel, fail) at KakaoPay; returns the URL that the browser would be sent to. */
export async function decide(server, order, button) {
  const { tid } = (await server.listPayments()).find((payment) => payment.partner_order_id === order);
  return (await json(`${server.kakao}/sandbox/payments/${tid}/${button}`, {})).location;
}

/** The payer presses `button` at KakaoPay and returns; waits until our page contains `words`. */
export async function returnFromKakaoPay(server, order, button, words) {
  await untilPageSays(await decide(server, order, button), words);
}

/** Fetches a page until it contains `words`. */
export const untilPageSays = (url, words) => until(`“${words}” at ${url}`, async () => {
  const answer = await fetch(url);
  return (await answer.text()).includes(words);
});

/** Pays for a support; returns the order reference of the payment. */
export async function giveSupport(server, payer, path, { amount, message } = {}) {
  const order = await preparePayment(server, payer, path, { amount, message });
  await returnFromKakaoPay(server, order, 'pay', '후원이 전해졌어요');
  return order;
}

async function call(server, method, path, fields, { access } = {}) {
  const headers = { 'content-type': 'application/json', ...(access && { authorization: `Bearer ${access}` }) };
  return read(await fetch(server.url + path, { method, headers, body: JSON.stringify(fields) }));
}

async function json(url, fields) {
  const headers = { 'content-type': 'application/json' };
  return read(await fetch(url, { method: 'POST', headers, body: JSON.stringify(fields) }));
}

async function read(answer) {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${text}`);
  return text && JSON.parse(text);
}
