// Copies the link, and hands it to the device's own ways of sharing and to KakaoTalk where there are any.

const link = document.querySelector('[data-link]');
const copy = document.querySelector('[data-copy]');
const send = document.querySelector('[data-send]');
const kakao = document.querySelector('[data-kakao]');
const said = document.querySelector('[data-said]');

const say = (what) => {
  said.textContent = said.dataset[what];
};

copy.hidden = !navigator.clipboard;
copy.addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(link.value);
    say('copied');
  } catch {
    link.select();
  }
});

send.hidden = !navigator.share;
send.addEventListener('click', () => {
  // Closing the sheet without sharing is no error.
  navigator.share({ title: link.dataset.title, url: link.value }).catch(() => {});
});

let sdk;

// Kakao's script comes from Kakao: it is asked for when somebody is about to use it, and not before.
const load = () => {
  sdk ??= new Promise((loaded, failed) => {
    const script = document.createElement('script');
    script.integrity = kakao.dataset.integrity;
    script.crossOrigin = 'anonymous';
    script.addEventListener('load', loaded);
    script.addEventListener('error', () => {
      sdk = undefined;
      failed(new Error('the script of KakaoTalk did not come'));
    });
    script.src = kakao.dataset.sdk;
    document.head.append(script);
  }).then(() => {
    if (!globalThis.Kakao.isInitialized()) globalThis.Kakao.init(kakao.dataset.key);
  });
  return sdk;
};

if (kakao) {
  kakao.hidden = false;
  for (const intent of ['pointerenter', 'focus', 'touchstart']) {
    kakao.addEventListener(intent, () => load().catch(() => {}), { once: true, passive: true });
  }
  kakao.addEventListener('click', async () => {
    try {
      await load();
      globalThis.Kakao.Share.sendDefault(JSON.parse(kakao.dataset.kakao));
    } catch {
      say('failed');
    }
  });
}
