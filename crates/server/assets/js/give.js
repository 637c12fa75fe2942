// Amounts at a tap, and commas while typing.

const amount = document.querySelector('#amount');
const presets = document.querySelector('[data-presets]');

const group = (text) => {
  const digits = text.replace(/\D/g, '').replace(/^0+/, '').slice(0, 8);
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
};

amount.value = group(amount.value);
amount.addEventListener('input', () => {
  amount.value = group(amount.value);
});
presets.hidden = false;
presets.addEventListener('click', ({ target }) => {
  const button = target.closest('button');
  if (!button) return;
  amount.value = group(button.value);
  amount.focus();
});
