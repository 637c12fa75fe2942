// Every screen, in light and in dark: axe-core finds nothing.

import assert from 'node:assert/strict';
import { axeFindings } from './axe.js';
import { PHONE } from './visitors.js';
import { SCREENS, arrive } from './screens.js';
import { worldFor } from './fixtures.js';

const { story, world } = worldFor();

for (const screen of SCREENS) {
  story(`${screen.name} has nothing that axe finds, in light and in dark`, async (people) => {
    const { page } = await arrive(people, world, screen, PHONE);
    assert.deepEqual(await axeFindings(page), []);
  });
}
