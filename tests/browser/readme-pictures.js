// Makes the README's picture: three phones side by side, on a fresh cast.
// Usage: node tests/browser/readme-pictures.js FILE.jpg

import { castMember, seat } from './api.js';
import { PHONE, People } from './visitors.js';
import { Stage } from './server.js';

const HEIGHT = 844;
const QUALITY = 82;
const PHONES = [
  { path: '/' },
  { path: '/fundings/5' },
  { path: '/', nickname: '한소리', colorScheme: 'dark' },
];
const LOOK = `
  body { display: flex; gap: 10px; margin: 0; padding: 20px 12px; background: #f6ecef; }
  img { width: 390px; height: ${HEIGHT}px; border-radius: 24px; box-shadow: 0 2px 6px rgb(80 20 40 / 18%); }`;

const file = process.argv[2];
if (!file) throw new Error('which file?');
const stage = new Stage();
const people = new People(stage);
try {
  await stage.start({ DEMO_CAST: 'on' });
  await people.open();
  const shots = [];
  for (const { path, nickname, colorScheme } of PHONES) {
    const person = await people.come(PHONE, { colorScheme });
    if (nickname) await seat(person, await castMember(stage, nickname));
    await person.goes(path);
    await person.page.evaluate(() => Promise.all([...document.images].filter((it) => it.loading !== 'lazy').map((it) => it.decode())));
    shots.push(await person.page.screenshot({ scale: 'css' }));
  }
  await join(shots);
} finally {
  await people.close();
  await stage.stop();
}

async function join(shots) {
  const { page } = await people.desktop({ viewport: { width: 1_214, height: HEIGHT + 40 } });
  const images = shots.map((shot) => `<img src="data:image/png;base64,${shot.toString('base64')}">`);
  await page.setContent(`<style>${LOOK}</style>${images.join('')}`, { waitUntil: 'load' });
  await page.screenshot({ path: file, type: 'jpeg', quality: QUALITY });
}
