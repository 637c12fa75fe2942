// Automatic accessibility checks with axe-core.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The violations that axe finds in light and in dark, one line each. */
export async function axeFindings(page) {
  await page.evaluate(AXE);
  const found = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(settled);
    found.push(...(await page.evaluate(run)).map((line) => `${colorScheme}: ${line}`));
  }
  return found;
}

/** Waits until colour transitions have ended. Runs in the page. */
async function settled() {
  await new Promise((frame) => requestAnimationFrame(() => requestAnimationFrame(frame)));
  // A cancelled animation has ended, too.
  await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
}

/** Runs in the page. */
async function run() {
  const options = { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } };
  const { violations } = await globalThis.axe.run(document, options);
  return violations.flatMap(({ id, help, nodes }) => (
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target} ${failureSummary}`)));
}
