// Amount fields: thousands separators while typing, and buttons that fill in a preset value.

/** Formats the digits of `text` with thousands separators; 10,000,000 is the longest amount. */
export const formatAmount = (text) => {
  const digits = text.replace(/\D/g, '').replace(/^0+/, '').slice(0, 8);
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
};

/** Shows the preset buttons; a click fills in the button's value as if it had been typed. */
export function enablePresets(presets, field, format = (value) => value) {
  presets.hidden = false;
  presets.addEventListener('click', ({ target }) => {
    const button = target.closest('button');
    if (!button) return;
    field.value = format(button.value);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.focus();
  });
}

/** Formats `amount` while it is typed. */
export function formatWhileTyping(amount) {
  amount.value = formatAmount(amount.value);
  amount.addEventListener('input', () => {
    amount.value = formatAmount(amount.value);
  });
}
