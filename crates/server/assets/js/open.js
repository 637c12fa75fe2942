// The form for a new funding: live preview, remaining characters, preset amounts and deadlines.

import { enablePresets, formatAmount, formatWhileTyping } from './amount.js';

const form = document.querySelector('[data-draft]');
const { title, content, goal_amount: goal, date, time, link } = form.elements;

formatWhileTyping(goal);
enablePresets(form.querySelector('[data-goals]'), goal, formatAmount);
enablePresets(form.querySelector('[data-deadlines]'), date);

// Enter in the link field fetches the shop's page; in every other field it shows the preview.
const fill = form.querySelector('[data-fill]');
const loading = form.querySelector('[data-loading]');
link.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.isComposing) return;
  event.preventDefault();
  fill.click();
});
form.addEventListener('submit', ({ submitter }) => {
  loading.textContent = submitter === fill ? loading.dataset.loading : '';
});
window.addEventListener('pageshow', () => {
  loading.textContent = '';
});

// Remaining characters: always visible, announced to screen readers below a limit and after a pause in typing.
const status = form.querySelector('[data-left]');
const ANNOUNCE_BELOW = 20;
let pause;
for (const field of [title, content]) {
  const count = form.querySelector(`[data-count="${field.id}"]`);
  // `maxLength` counts UTF-16 units, two for an emoji; our limit counts code points.
  const limit = field.maxLength;
  field.maxLength = 2 * limit;
  const show = () => {
    const length = [...field.value].length;
    count.textContent = `${length}/${limit}`;
    return Math.max(limit - length, 0);
  };
  show();
  form.addEventListener('input', ({ target }) => {
    const left = show();
    if (target !== field || left > ANNOUNCE_BELOW) return;
    clearTimeout(pause);
    pause = setTimeout(() => {
      status.textContent = status.dataset.left.replace('{left}', left);
    }, 1000);
  });
}

// The preview beside the form.
const preview = document.querySelector('[data-preview]');
const part = (name) => preview.querySelector(`[data-preview-${name}]`);
const days = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'long', timeZone: 'UTC' });
const picture = part('picture');
const noPicture = [...picture.children];

function text(node, value) {
  node.textContent = value || node.dataset.empty;
  node.classList.toggle('small', !value);
}

function showPreview() {
  text(part('title'), title.value.trim());
  text(part('content'), content.value.trim());
  const won = preview.dataset.won.replace('0', goal.value || '0');
  part('goal').textContent = part('goal').dataset.previewGoal.replace('{goal}', won);
  const end = date.value ? `${days.format(new Date(date.value))} ${time.value}` : '–';
  part('deadline').textContent = part('deadline').dataset.previewDeadline.replace('{at}', end);
  part('friends').hidden = form.elements.public.value !== 'false';
}

function showPicture(source) {
  if (!source) return picture.replaceChildren(...noPicture);
  const shown = document.createElement('img');
  shown.src = source;
  shown.alt = '';
  return picture.replaceChildren(shown);
}

showPreview();
showPicture(form.querySelector('[data-chosen] img')?.src);
form.addEventListener('input', showPreview);
form.addEventListener('picture', ({ detail }) => showPicture(detail));
preview.hidden = false;
