// The transfer size of every screen, and that no script blocks rendering.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from 'node:test';
import { PHONE } from './visitors.js';
import { SCREENS, openScreen } from './screens.js';
import { ROOT } from './server.js';
import { fixturesFor } from './fixtures.js';

// Compressed, in bytes.
const MOST = { html: 20_000, css: 15_000, js: 15_000 };
const { test, fixtures } = fixturesFor();
const rows = [];

for (const screen of SCREENS) {
  test(`${screen.name} is small enough, and no script blocks rendering`, async (visitors) => {
    // Responses from the service worker's cache have no transfer size.
    const { page } = await openScreen(visitors, fixtures, screen, PHONE, { serviceWorkers: 'block' });
    const { blocking, ...weights } = await page.evaluate(weigh);
    assert.deepEqual(blocking, []);
    for (const [kind, most] of Object.entries(MOST)) {
      assert.ok(weights[kind] > 0 || kind === 'js', `${kind} was weighed`);
      assert.ok(weights[kind] <= most, `${kind}: ${weights[kind]} bytes of at most ${most}`);
    }
    rows.push(`| ${screen.name} | ${weights.html} | ${weights.css} | ${weights.js} |`);
  });
}

after(async () => {
  const folder = join(ROOT, 'target/browser');
  await mkdir(folder, { recursive: true });
  const head = ['| screen | HTML | CSS | scripts |', '|---|---|---|---|'];
  await writeFile(join(folder, 'weights.md'), `${[...head, ...rows].join('\n')}\n`);
});

/** Runs in the page. */
function weigh() {
  const [page] = performance.getEntriesByType('navigation');
  const files = performance.getEntriesByType('resource').map((entry) => ({
    path: new URL(entry.name).pathname, size: entry.encodedBodySize, blocks: entry.renderBlockingStatus === 'blocking',
  }));
  const sum = (ending) => files.filter(({ path }) => path.endsWith(ending)).reduce((all, { size }) => all + size, 0);
  return {
    html: page.encodedBodySize, css: sum('.css'), js: sum('.js'),
    blocking: files.filter(({ path, blocks }) => blocks && !path.endsWith('.css')).map(({ path }) => path),
  };
}
