// Keeps what is typed into a new funding, without its picture, on this device until it is published (see site.js).

const KEY = 'funding-draft';
const FIELDS = ['link', 'title', 'content', 'goal_amount', 'date', 'time', 'public'];
const form = document.querySelector('[data-draft]');
const offer = document.querySelector('[data-offer]');
const owner = form.dataset.draft;
const formKey = form.elements.attempt.value;

const currentValues = () => Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value]));
const save = () => localStorage.setItem(KEY, JSON.stringify({ owner, attempt: formKey, ...currentValues() }));

function restore(draft) {
  for (const name of FIELDS) {
    if (typeof draft[name] === 'string') form.elements[name].value = draft[name];
  }
  form.elements.title.dispatchEvent(new Event('input', { bubbles: true }));
}

function offerDraft(draft) {
  const answerWith = (then) => () => {
    offer.hidden = true;
    then();
    form.elements.title.focus();
  };
  offer.querySelector('[data-resume]').addEventListener('click', answerWith(() => restore(draft)));
  offer.querySelector('[data-anew]').addEventListener('click', answerWith(save));
  offer.hidden = false;
}

/** Whether the draft has text and belongs to another form than this one, which the server may have sent back filled in. */
function isFromAnotherForm(draft) {
  const now = currentValues();
  const hasText = draft.title || draft.content || draft.goal_amount;
  return hasText && draft.attempt !== formKey && FIELDS.some((name) => draft[name] !== now[name]);
}

try {
  const draft = JSON.parse(localStorage.getItem(KEY));
  if (draft && draft.owner !== owner) localStorage.removeItem(KEY);
  else if (draft && isFromAnotherForm(draft)) offerDraft(draft);
  else if (form.elements.title.value || form.elements.content.value) save();
  // The stored draft is not overwritten while it is still on offer.
  form.addEventListener('input', () => offer.hidden && save());
} catch {
  // Storage is not available; the form works without it.
}
