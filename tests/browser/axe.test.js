// Accessibility as far as a program can tell, of every screen, in light and in dark: axe-core finds nothing.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PHONE } from './people.js';
import { SCREENS, arrive } from './screens.js';
import { worldFor } from './world.js';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const { story, world } = worldFor();

for (const screen of SCREENS) {
  story(`${screen.name} has nothing that axe finds, in light and in dark`, async (people) => {
    const { page } = await arrive(people, world, screen, PHONE);
    await page.evaluate(AXE);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(settled);
      assert.deepEqual(await findings(page), [], colorScheme);
    }
  });
}

/** Runs in the page: the colours have changed. */
async function settled() {
  await new Promise((frame) => requestAnimationFrame(() => requestAnimationFrame(frame)));
  await Promise.all(document.getAnimations().map((animation) => animation.finished));
}

function findings(page) {
  return page.evaluate(async () => {
    const options = { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } };
    const { violations } = await globalThis.axe.run(document, options);
    return violations.flatMap(({ id, help, nodes }) => (
      nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target} ${failureSummary}`)));
  });
}
