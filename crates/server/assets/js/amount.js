// Amounts with commas while typing, and at a tap.

/** Digits of an amount with a comma after each three; 10,000,000 is the longest. */
export const group = (text) => {
  const digits = text.replace(/\D/g, '').replace(/^0+/, '').slice(0, 8);
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
};

/** Puts the value of a tapped button into a field, as if it had been typed. */
export function offer(presets, field, format = (value) => value) {
  presets.hidden = false;
  presets.addEventListener('click', ({ target }) => {
    const button = target.closest('button');
    if (!button) return;
    field.value = format(button.value);
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.focus();
  });
}

/** Groups what is typed into `amount`. */
export function groupTyped(amount) {
  amount.value = group(amount.value);
  amount.addEventListener('input', () => {
    amount.value = group(amount.value);
  });
}
