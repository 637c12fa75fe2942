// What is typed into a new funding is kept on this device until it is published (see site.js). Not its picture.

const KEY = 'funding-draft';
const FIELDS = ['link', 'title', 'content', 'goal_amount', 'date', 'time', 'public'];
const form = document.querySelector('[data-draft]');
const offer = document.querySelector('[data-offer]');
const owner = form.dataset.draft;

const typed = () => Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value]));
const keep = () => localStorage.setItem(KEY, JSON.stringify({ owner, ...typed() }));

function restore(draft) {
  for (const name of FIELDS) {
    if (typeof draft[name] === 'string') form.elements[name].value = draft[name];
  }
  form.elements.title.dispatchEvent(new Event('input', { bubbles: true }));
}

function offerDraft(draft) {
  const answer = (then) => () => {
    then();
    offer.hidden = true;
    form.elements.title.focus();
  };
  // Until there is an answer the old draft is in `draft`, whatever is typed meanwhile.
  offer.querySelector('[data-resume]').addEventListener('click', answer(() => restore(draft)));
  offer.querySelector('[data-anew]').addEventListener('click', answer(keep));
  offer.hidden = false;
}

try {
  const draft = JSON.parse(localStorage.getItem(KEY));
  if (draft && draft.owner !== owner) {
    localStorage.removeItem(KEY);
  } else if ('fresh' in form.dataset) {
    if (draft?.title || draft?.content || draft?.goal_amount) offerDraft(draft);
  } else {
    keep();
  }
  form.addEventListener('input', keep);
} catch {
  // The device keeps nothing; the form works all the same.
}
