// What is typed into a new funding is kept on this device until it is published (see site.js). Not its picture.

const KEY = 'funding-draft';
const FIELDS = ['link', 'title', 'content', 'goal_amount', 'date', 'time', 'public'];
const form = document.querySelector('[data-draft]');
const offer = document.querySelector('[data-offer]');
const owner = form.dataset.draft;
const attempt = form.elements.attempt.value;

const typed = () => Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value]));
const keep = () => localStorage.setItem(KEY, JSON.stringify({ owner, attempt, ...typed() }));

function restore(draft) {
  for (const name of FIELDS) {
    if (typeof draft[name] === 'string') form.elements[name].value = draft[name];
  }
  form.elements.title.dispatchEvent(new Event('input', { bubbles: true }));
}

function offerDraft(draft) {
  const answer = (then) => () => {
    offer.hidden = true;
    then();
    form.elements.title.focus();
  };
  offer.querySelector('[data-resume]').addEventListener('click', answer(() => restore(draft)));
  offer.querySelector('[data-anew]').addEventListener('click', answer(keep));
  offer.hidden = false;
}

/** Whether a draft has words of another form than this one, which came back from the server. */
function isOther(draft) {
  const now = typed();
  const words = draft.title || draft.content || draft.goal_amount;
  return words && draft.attempt !== attempt && FIELDS.some((name) => draft[name] !== now[name]);
}

try {
  const draft = JSON.parse(localStorage.getItem(KEY));
  if (draft && draft.owner !== owner) localStorage.removeItem(KEY);
  else if (draft && isOther(draft)) offerDraft(draft);
  else if (form.elements.title.value || form.elements.content.value) keep();
  // Until the offer is answered, nothing takes the place of what is offered.
  form.addEventListener('input', () => offer.hidden && keep());
} catch {
  // The device keeps nothing; the form works all the same.
}
