// The form of a new funding, live: how it will look, what is left of each text, choices at a tap.

import { group, groupTyped, offer } from './amount.js';

const form = document.querySelector('[data-draft]');
const { title, content, goal_amount: goal, date, time, link } = form.elements;

groupTyped(goal);
offer(form.querySelector('[data-goals]'), goal, group);
offer(form.querySelector('[data-deadlines]'), date);

// The Enter key of the link asks the shop; everywhere else it shows the preview.
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

// What is left: always to be seen, said when little is and after a pause.
const said = form.querySelector('[data-left]');
const SAID_BELOW = 20;
let pause;
for (const field of [title, content]) {
  const count = form.querySelector(`[data-count="${field.id}"]`);
  // The browser counts an emoji as two; the rule, and what is shown here, as one.
  const most = field.maxLength;
  field.maxLength = 2 * most;
  const show = () => {
    const length = [...field.value].length;
    count.textContent = `${length}/${most}`;
    return Math.max(most - length, 0);
  };
  show();
  form.addEventListener('input', ({ target }) => {
    const left = show();
    if (target !== field || left > SAID_BELOW) return;
    clearTimeout(pause);
    pause = setTimeout(() => {
      said.textContent = said.dataset.left.replace('{left}', left);
    }, 1000);
  });
}

// How it will look.
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
