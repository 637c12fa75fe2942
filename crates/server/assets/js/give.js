// The form of a support: amounts at a tap, and commas while typing.

import { group, groupTyped, offer } from './amount.js';

const amount = document.querySelector('#amount');

groupTyped(amount);
offer(document.querySelector('[data-presets]'), amount, group);
