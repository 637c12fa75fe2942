// axe-core in a page: what a program can tell of accessibility.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds in light and in dark, a line each. */
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

/** Runs in the page: the colours have changed. */
async function settled() {
  await new Promise((frame) => requestAnimationFrame(() => requestAnimationFrame(frame)));
  // An animation that is cut off has ended, too.
  await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
}

/** Runs in the page. */
async function run() {
  const options = { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } };
  const { violations } = await globalThis.axe.run(document, options);
  return violations.flatMap(({ id, help, nodes }) => (
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target} ${failureSummary}`)));
}
