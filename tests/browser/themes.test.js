// The colours in each theme: as on the device, light, dark; on a device in light and in dark.

import assert from 'node:assert/strict';
import { serverFor } from './server.js';
import { testsOn } from './visitors.js';

const test = testsOn(serverFor());

// Background and text of the page, and the background of a card.
const LIGHT = ['rgb(255, 247, 248)', 'rgb(43, 29, 34)', 'rgb(255, 255, 255)'];
const DARK = ['rgb(26, 19, 21)', 'rgb(247, 235, 239)', 'rgb(38, 27, 31)'];

const CASES = [
  ['기기와 같게', 'light', LIGHT],
  ['기기와 같게', 'dark', DARK],
  ['밝게', 'light', LIGHT],
  ['밝게', 'dark', LIGHT],
  ['어둡게', 'light', DARK],
  ['어둡게', 'dark', DARK],
];

for (const [theme, colorScheme, expected] of CASES) {
  test(`the theme “${theme}” on a device in ${colorScheme}`, async (visitors) => {
    const visitor = await visitors.desktop({ colorScheme });
    await visitor.goto('/settings');
    await visitor.check(theme);
    await visitor.click('저장');
    await visitor.seesText('저장했어요.');
    assert.deepEqual(await visitor.page.evaluate(colours), expected);
  });
}

/** Runs in the page. */
function colours() {
  const { backgroundColor, color } = getComputedStyle(document.body);
  return [backgroundColor, color, getComputedStyle(document.querySelector('.card')).backgroundColor];
}
