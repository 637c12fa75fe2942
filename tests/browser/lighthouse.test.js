// Lighthouse scores of the pages that most visitors see first, on its emulated slow phone.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import lighthouse from 'lighthouse';
import { demoMember } from './api.js';
import { FLAGS, openBrowser } from './visitors.js';
import { ROOT, serverFor } from './server.js';

const LEAST = 0.95;
// Other load on the machine only ever lowers a score: the best run counts.
const ATTEMPTS = 3;
const CATEGORIES = ['performance', 'accessibility', 'best-practices'];
const server = serverFor({ DEMO_CAST: 'on' });
const FOLDER = join(ROOT, 'target/browser/lighthouse');
const rows = [];
const port = await freePort();
const browser = openBrowser([...FLAGS, `--remote-debugging-port=${port}`]);

after(async () => {
  await (await browser).close();
  const head = ['| page | performance | accessibility | best practices | first contentful paint | largest | blocked |', '|---|---|---|---|---|---|---|'];
  await writeFile(join(FOLDER, 'scores.md'), `${[...head, ...rows].join('\n')}\n`);
});

const PAGES = [
  ['landing', '/'],
  ['funding', '/fundings/7'],
  ['home', '/', '한소리'],
];

for (const [name, path, nickname] of PAGES) {
  test(`${name} scores at least ${LEAST * 100} for performance, accessibility and best practices`, async () => {
    await server.started;
    await browser;
    await mkdir(FOLDER, { recursive: true });
    const member = nickname && await demoMember(server, nickname);
    const report = await bestOf(ATTEMPTS, () => run(path, member));
    await writeFile(join(FOLDER, `${name}.json`), JSON.stringify(report, null, 1));
    const score = (category) => report.categories[category].score;
    const shown = (audit) => report.audits[audit].displayValue;
    rows.push(`| ${[name, ...CATEGORIES.map((category) => Math.round(score(category) * 100)), shown('first-contentful-paint'),
      shown('largest-contentful-paint'), shown('total-blocking-time')].join(' | ')} |`);
    for (const category of CATEGORIES) assert.ok(score(category) >= LEAST, `${category} ${score(category)}: ${missed(report, category)}`);
  });
}

/** A port that is free at the moment. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address();
  server.close();
  await once(server, 'close');
  return free;
}

/** The first report that is good enough, or the one with the best performance. */
async function bestOf(attempts, take) {
  let best;
  let failure;
  for (let turn = 0; turn < attempts; turn += 1) {
    const report = await take();
    // A lost trace says nothing about the page; Lighthouse asks for another run.
    if (report.runtimeError) {
      failure = report.runtimeError.message;
      continue;
    }
    if (!best || report.categories.performance.score > best.categories.performance.score) best = report;
    if (CATEGORIES.every((category) => best.categories[category].score >= LEAST)) break;
  }
  assert.ok(best, failure);
  return best;
}

/** One run with Lighthouse's defaults: a slow phone's screen, network and processor. */
async function run(path, member) {
  const extraHeaders = member ? { cookie: `access=${member.access}; login=${member.login}` } : {};
  const { lhr } = await lighthouse(server.url + path, { port, logLevel: 'error', onlyCategories: CATEGORIES, extraHeaders });
  return lhr;
}

/** The audits that lowered the score. */
function missed(report, category) {
  const audits = report.categories[category].auditRefs.filter(({ id, weight }) => weight > 0 && report.audits[id].score < 1);
  return audits.map(({ id }) => `${id} ${report.audits[id].displayValue ?? report.audits[id].score}`).join(', ');
}
