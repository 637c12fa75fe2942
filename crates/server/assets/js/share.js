// Copies the link, and hands it to the device's own ways of sharing where there are any.

const link = document.querySelector('[data-link]');
const copy = document.querySelector('[data-copy]');
const send = document.querySelector('[data-send]');
const copied = document.querySelector('[data-copied]');

copy.hidden = !navigator.clipboard;
copy.addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(link.value);
    copied.hidden = false;
  } catch {
    link.select();
  }
});

send.hidden = !navigator.share;
send.addEventListener('click', () => {
  // Closing the sheet without sharing is no error.
  navigator.share({ title: link.dataset.title, url: link.value }).catch(() => {});
});
