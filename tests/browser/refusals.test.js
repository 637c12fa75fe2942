// Pages that one should never see: too many requests, and a fault of ours.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { axeFindings } from './axe.js';
import { storiesOn } from './visitors.js';
import { stageFor } from './server.js';

const stage = stageFor({ RATE_LIMITS: 'on' });
const story = storiesOn(stage);
const SEARCHES_AT_ONCE = 40;
const BREAK = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=60).execute('ALTER TABLE fundings RENAME TO elsewhere')";

story('who asks too often is told to slow down, and may come back', async (people) => {
  const person = (await people.phone({ reducedMotion: 'reduce' })).expects(/status of 429/);
  await person.isMember('빨리찾는');
  const search = () => person.context.request.get('/explore/people?q=친구');
  let answer;
  // One more is allowed every second, which a slow machine may have waited.
  for (let turn = 0; turn < 10 && answer?.status() !== 429; turn += 1) {
    await Promise.all(Array.from({ length: SEARCHES_AT_ONCE }, search));
    answer = await person.goes('/explore/people?q=친구');
  }
  assert.equal(answer.status(), 429);
  assert.ok(Number(answer.headers()['retry-after']) > 0);
  await person.readsHeading('조금 천천히 해 주세요');
  assert.deepEqual(await axeFindings(person.page), []);
});

story('a fault of ours says so in plain words, and nothing of its cause', async (people) => {
  const guest = (await people.phone({ reducedMotion: 'reduce' })).expects(/status of 500/);
  await promisify(execFile)('python3', ['-c', BREAK, join(stage.data, 'funsun.db')]);
  const answer = await guest.goes('/');
  assert.equal(answer.status(), 500);
  await guest.readsHeading('저희 쪽에 문제가 생겼어요');
  assert.doesNotMatch(await answer.text(), /table|sql|elsewhere/i);
  assert.deepEqual(await axeFindings(guest.page), []);
});
