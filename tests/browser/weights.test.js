// How much a page weighs on the way to its reader, and that nothing keeps it from being shown.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from 'node:test';
import { PHONE } from './visitors.js';
import { SCREENS, arrive } from './screens.js';
import { ROOT } from './server.js';
import { worldFor } from './fixtures.js';

// Compressed, in bytes.
const MOST = { html: 20_000, css: 15_000, js: 15_000 };
const { story, world } = worldFor();
const rows = [];

for (const screen of SCREENS) {
  story(`${screen.name} is light, and no script keeps it from being shown`, async (people) => {
    // The service worker would answer with what it keeps, of which no size is known.
    const { page } = await arrive(people, world, screen, PHONE, { serviceWorkers: 'block' });
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
