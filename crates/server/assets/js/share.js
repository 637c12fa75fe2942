// Copies the link, and opens the share sheet of the device or of KakaoTalk where they exist.

const link = document.querySelector('[data-link]');
const copy = document.querySelector('[data-copy]');
const send = document.querySelector('[data-send]');
const kakao = document.querySelector('[data-kakao]');
const status = document.querySelector('[data-share-status]');

const announce = (outcome) => {
  status.textContent = status.dataset[outcome];
};

copy.hidden = !navigator.clipboard;
copy.addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(link.value);
    announce('copied');
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

// Kakao's script is loaded from Kakao only when the visitor is about to use it.
const load = () => {
  sdk ??= new Promise((loaded, failed) => {
    const script = document.createElement('script');
    script.integrity = kakao.dataset.integrity;
    script.crossOrigin = 'anonymous';
    script.addEventListener('load', loaded);
    script.addEventListener('error', () => {
      sdk = undefined;
      failed(new Error('the KakaoTalk script could not be loaded'));
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
      announce('failed');
    }
  });
}
