// What is typed into a new funding is kept on this device until it is published.

const KEY = 'funding-draft';
const FIELDS = ['title', 'content', 'goal_amount'];
const form = document.querySelector('[data-draft]');

try {
  const draft = JSON.parse(localStorage.getItem(KEY)) ?? {};
  for (const name of FIELDS) {
    const field = form.elements[name];
    if (!field.value && typeof draft[name] === 'string') field.value = draft[name];
  }
  form.addEventListener('input', () => {
    const typed = FIELDS.map((name) => [name, form.elements[name].value]);
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(typed)));
  });
  form.addEventListener('submit', () => localStorage.removeItem(KEY));
} catch {
  // The device keeps nothing; the form works all the same.
}
