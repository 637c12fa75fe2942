// Shows a picture as soon as it is chosen, with a button to remove it.

// The server refuses a form with a larger file before it parses any field.
const BYTES_MAX = 10 * 1024 * 1024;

for (const part of document.querySelectorAll('[data-picture]')) {
  const file = part.querySelector('input[type="file"]');
  const kept = part.querySelector('input[type="hidden"]');
  const remove = part.querySelector('input[type="checkbox"]');
  const chosen = part.querySelector('[data-chosen]');
  const tooLarge = part.querySelector('[data-too-large]');
  const drop = part.querySelector('[data-drop]');
  // The button on the picture replaces the checkbox.
  if (remove) remove.closest('label').hidden = true;
  drop.hidden = false;

  const show = (source) => {
    const old = chosen.querySelector('img');
    if (old?.src.startsWith('blob:')) URL.revokeObjectURL(old.src);
    old?.remove();
    if (source) {
      const picture = document.createElement('img');
      picture.src = source;
      picture.alt = file.dataset.alt;
      // For a file that the browser can't show the server answers with the error.
      picture.addEventListener('error', () => show(null));
      chosen.prepend(picture);
    }
    chosen.hidden = !source;
    part.dispatchEvent(new CustomEvent('picture', { bubbles: true, detail: source }));
  };

  // What is shown when no file is chosen.
  let before = chosen.querySelector('img')?.src;
  file.addEventListener('change', () => {
    const large = file.files[0]?.size > BYTES_MAX;
    tooLarge.hidden = !large;
    if (large) file.value = '';
    const [picked] = file.files;
    if (picked && remove) remove.checked = false;
    show(picked ? URL.createObjectURL(picked) : before);
  });
  drop.addEventListener('click', () => {
    file.value = '';
    kept.value = '';
    before = null;
    if (remove) remove.checked = true;
    show(null);
    file.focus();
  });
}
