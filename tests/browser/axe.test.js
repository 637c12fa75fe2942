// axe-core finds no violation in any screen, in light and in dark.

import assert from 'node:assert/strict';
import { axeFindings } from './axe.js';
import { PHONE } from './visitors.js';
import { SCREENS, openScreen } from './screens.js';
import { fixturesFor } from './fixtures.js';

const { test, fixtures } = fixturesFor();

for (const screen of SCREENS) {
  test(`${screen.name} has no axe violations in light and in dark`, async (visitors) => {
    const { page } = await openScreen(visitors, fixtures, screen, PHONE);
    assert.deepEqual(await axeFindings(page), []);
  });
}
