// What a story is not about, made ready through the API, as the mobile app would: members, fundings, gifts.

import { until } from './wait.js';

const DAY_MS = 86_400_000;

/** A member who is logged in and, unless they are new, has a bank account. */
export async function member(stage, nickname, { bank = true } = {}) {
  const person = await json(`${stage.kakao}/sandbox/people`, { nickname });
  return enter(stage, nickname, person, bank);
}

/** One of the cast, by the name that the sandbox knows. */
export async function castMember(stage, nickname) {
  const { people } = await (await fetch(`${stage.kakao}/sandbox/people`)).json();
  const { id } = people.find((person) => person.nickname === nickname);
  const { access_token } = await json(`${stage.kakao}/sandbox/people/${id}/token`, {});
  return enter(stage, nickname, { id, access_token });
}

async function enter(stage, nickname, { id, access_token }, bank = true) {
  const login = await call(stage, 'POST', '/account/kakaologin', { accessToken: access_token });
  const found = { id: String(id), nickname, access: login.token.access_token, login: login.token.refresh_token };
  if (bank) await call(stage, 'PUT', '/account/', { bank_account: '카카오뱅크 3333012345678' }, found);
  return found;
}

/** The member's browser is logged in, as after a login with Kakao. */
export async function seat(person, found) {
  const cookie = (name, value) => ({ name, value, url: person.stage.url, httpOnly: true, sameSite: 'Lax' });
  await person.context.addCookies([cookie('access', found.access), cookie('login', found.login)]);
  return person;
}

/** Both follow each other. */
export async function befriend(stage, one, other) {
  await call(stage, 'POST', '/follow/', { id: other.id }, one);
  await call(stage, 'POST', '/follow/', { id: one.id }, other);
}

/** A funding; gives back its path. */
export async function funding(stage, author, { title, goal = 100_000, isPublic = true, days = 30, text = '오래 갖고 싶었어요.' }) {
  const detail = await call(stage, 'POST', '/funding/', {
    title, content: text, goal_amount: goal, public: isPublic, expire_on: new Date(Date.now() + days * DAY_MS).toISOString(),
  }, author);
  return `/fundings/${detail.id}`;
}

/** What the API says of a funding to `viewer`. */
export const detail = (stage, viewer, id) => call(stage, 'GET', `/funding/?id=${id}`, undefined, viewer);

/** The supports of a public funding. */
export const gifts = (stage, path) => call(stage, 'GET', `/remit/?id=${path.split('/').pop()}`);

/** The author takes the funding away. */
export const deletes = (stage, author, path) => call(stage, 'DELETE', '/funding/', { id: path.split('/').pop() }, author);

/** The payer takes back what they last gave to this funding. */
export async function takesBack(stage, payer, path) {
  const given = (await gifts(stage, path)).filter((support) => support.author.id === payer.id);
  const newest = Math.max(...given.map((support) => support.id));
  await call(stage, 'DELETE', '/remit/', { id: newest }, payer);
}

/** A payment that waits for its payer; gives back our number for it. */
export async function ready(stage, payer, path, { amount = 10_000, message = '축하해!' } = {}) {
  const fields = { amount, funding: path.split('/').pop(), message };
  return (await call(stage, 'POST', '/remit/kakaopay/ready', fields, payer)).order;
}

/** The payer presses `button` (pay, cancel, fail) at KakaoPay; gives back where the browser would go. */
export async function press(stage, order, button) {
  const { tid } = (await stage.book()).find((payment) => payment.partner_order_id === order);
  return (await json(`${stage.kakao}/sandbox/payments/${tid}/${button}`, {})).location;
}

/** The payer presses `button` and comes back, until the page there says `words`. */
export async function comesBack(stage, order, button, words) {
  await untilPageSays(await press(stage, order, button), words);
}

/** Opens a page again and again until it says `words`. */
export const untilPageSays = (url, words) => until(`“${words}” at ${url}`, async () => {
  const answer = await fetch(url);
  return (await answer.text()).includes(words);
});

/** A support, paid; gives back our number of the payment. */
export async function gift(stage, payer, path, { amount, message } = {}) {
  const order = await ready(stage, payer, path, { amount, message });
  await comesBack(stage, order, 'pay', '후원이 전해졌어요');
  return order;
}

async function call(stage, method, path, fields, { access } = {}) {
  const headers = { 'content-type': 'application/json', ...(access && { authorization: `Bearer ${access}` }) };
  return read(await fetch(stage.url + path, { method, headers, body: JSON.stringify(fields) }));
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
