// The support form: preset amounts, and thousands separators while typing.

import { enablePresets, formatAmount, formatWhileTyping } from './amount.js';

const amount = document.querySelector('#amount');

formatWhileTyping(amount);
enablePresets(document.querySelector('[data-presets]'), amount, formatAmount);
