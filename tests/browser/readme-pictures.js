// Makes the README's picture: three phones side by side, with fresh demo data.
// Usage: node tests/browser/readme-pictures.js FILE.jpg

import { demoMember, logIn } from './api.js';
import { PHONE, Visitors } from './visitors.js';
import { TestServer } from './server.js';

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
const server = new TestServer();
const visitors = new Visitors(server);
try {
  await server.start({ DEMO_CAST: 'on' });
  await visitors.launch();
  const shots = [];
  for (const { path, nickname, colorScheme } of PHONES) {
    const visitor = await visitors.newVisitor(PHONE, { colorScheme });
    if (nickname) await logIn(visitor, await demoMember(server, nickname));
    await visitor.goto(path);
    await visitor.page.evaluate(() => Promise.all([...document.images].filter((it) => it.loading !== 'lazy').map((it) => it.decode())));
    shots.push(await visitor.page.screenshot({ scale: 'css' }));
  }
  await join(shots);
} finally {
  await visitors.close();
  await server.stop();
}

async function join(shots) {
  const { page } = await visitors.desktop({ viewport: { width: 1_214, height: HEIGHT + 40 } });
  const images = shots.map((shot) => `<img src="data:image/png;base64,${shot.toString('base64')}">`);
  await page.setContent(`<style>${LOOK}</style>${images.join('')}`, { waitUntil: 'load' });
  await page.screenshot({ path: file, type: 'jpeg', quality: QUALITY });
}
