// The pages for too many requests and for an internal error.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { axeFindings } from './axe.js';
import { testsOn } from './visitors.js';
import { serverFor } from './server.js';

const server = serverFor({ RATE_LIMITS: 'on' });
const test = testsOn(server);
const SEARCHES_AT_ONCE = 40;
const BREAK = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=60).execute('ALTER TABLE fundings RENAME TO elsewhere')";

test('too many requests are answered by a page that says when to retry', async (visitors) => {
  const visitor = (await visitors.phone({ reducedMotion: 'reduce' })).allows(/status of 429/);
  await visitor.logInAsMember('빨리찾는');
  const search = () => visitor.context.request.get('/explore/people?q=친구');
  let answer;
  // The limit allows one more request every second, and a slow machine may take that long.
  for (let turn = 0; turn < 10 && answer?.status() !== 429; turn += 1) {
    await Promise.all(Array.from({ length: SEARCHES_AT_ONCE }, search));
    answer = await visitor.goto('/explore/people?q=친구');
  }
  assert.equal(answer.status(), 429);
  assert.ok(Number(answer.headers()['retry-after']) > 0);
  await visitor.seesHeading('조금 천천히 해 주세요');
  assert.deepEqual(await axeFindings(visitor.page), []);
});

test('an internal error is answered by a page that does not reveal the cause', async (visitors) => {
  const guest = (await visitors.phone({ reducedMotion: 'reduce' })).allows(/status of 500/);
  await promisify(execFile)('python3', ['-c', BREAK, join(server.data, 'funsun.db')]);
  const answer = await guest.goto('/');
  assert.equal(answer.status(), 500);
  await guest.seesHeading('저희 쪽에 문제가 생겼어요');
  assert.doesNotMatch(await answer.text(), /table|sql|elsewhere/i);
  assert.deepEqual(await axeFindings(guest.page), []);
});
