// Waiting for a condition that no event announces: it is checked again and again, up to a bound that only a broken
// program reaches, however slow the machine is.

import { setTimeout as pause } from 'node:timers/promises';

/** The bound for everything that a test waits for. Below the minute after which a page asks again that was refused its stream. */
export const WAIT_MS = 45_000;
const CHECK_EVERY_MS = 100;

/** Resolves to what `check` returns, once that is truthy; `what` names the condition when it never is. */
export async function until(what, check) {
  const end = Date.now() + WAIT_MS;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${WAIT_MS} ms: ${what}`);
    await pause(CHECK_EVERY_MS);
  }
}
