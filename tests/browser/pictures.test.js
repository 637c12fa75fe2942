// Screenshots of every screen in target/browser/screens: on a phone in light, some in dark, on a desktop, in English.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DESKTOP, PHONE } from './visitors.js';
import { SCREENS, openScreen, screenOf } from './screens.js';
import { ROOT } from './server.js';
import { fixturesFor } from './fixtures.js';

const FOLDER = join(ROOT, 'target/browser/screens');
const DARK = { colorScheme: 'dark' };
const ENGLISH = { locale: 'en-US' };
const { test, fixtures } = fixturesFor();
await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });

for (const screen of SCREENS) picture(screen, 'phone', PHONE);
for (const name of ['landing', 'home', 'funding-as-a-friend', 'support', 'payment-paid', 'me', 'notifications', 'open', 'settings']) {
  picture(screenOf(name), 'phone-dark', PHONE, DARK);
}
for (const name of ['landing', 'home', 'explore', 'funding-as-a-friend', 'funding-as-its-author', 'support', 'open', 'me', 'member', 'notifications', 'error-404']) {
  picture(screenOf(name), 'desktop', DESKTOP);
}
for (const name of ['home', 'funding-as-a-guest']) {
  picture(screenOf(name), 'desktop-dark', DESKTOP, DARK);
  picture(screenOf(name), 'phone-english', PHONE, ENGLISH);
}

function picture(screen, suffix, device, options) {
  test(`${screen.name}, ${suffix}`, async (visitors) => {
    const { page } = await openScreen(visitors, fixtures, screen, device, options);
    await page.evaluate(everythingLoaded);
    // A viewport as high as the page puts fixed elements at the page's edges.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width: device.viewport.width, height: Math.max(height, device.viewport.height) });
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: join(FOLDER, `${screen.name}.${suffix}.png`), scale: 'css' });
  });
}

/** Loads the lazy pictures, too. Runs in the page. */
async function everythingLoaded() {
  for (const picture of document.images) picture.loading = 'eager';
  await Promise.all([...document.images].map((picture) => picture.decode()));
}
