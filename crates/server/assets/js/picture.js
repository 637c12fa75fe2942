// A picture is shown as soon as it is chosen, and taken out again at a tap.

for (const part of document.querySelectorAll('[data-picture]')) {
  const file = part.querySelector('input[type="file"]');
  const kept = part.querySelector('input[type="hidden"]');
  const remove = part.querySelector('input[type="checkbox"]');
  const chosen = part.querySelector('[data-chosen]');
  const drop = part.querySelector('[data-drop]');
  // The button on the picture says the same.
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
      // What no browser can show is told by the server.
      picture.addEventListener('error', () => show(null));
      chosen.prepend(picture);
    }
    chosen.hidden = !source;
    part.dispatchEvent(new CustomEvent('picture', { bubbles: true, detail: source }));
  };

  file.addEventListener('change', () => {
    const [picked] = file.files;
    if (!picked) return;
    if (remove) remove.checked = false;
    show(URL.createObjectURL(picked));
  });
  drop.addEventListener('click', () => {
    file.value = '';
    kept.value = '';
    if (remove) remove.checked = true;
    show(null);
    file.focus();
  });
}
