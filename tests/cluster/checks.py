"""Verdicts. A broken promise is kept and printed at the end; what makes the rest meaningless ends the run."""

import sys
import threading
import time

broken = []
_lock = threading.Lock()
_started = time.monotonic()


def say(text):
    print(f"{time.monotonic() - _started:6.1f} s  {text}", flush=True)


def fail(what, details=""):
    """Ends the run."""
    sys.exit(f"{what}\n{details}" if details else what)


def expect(is_kept, promise, details=""):
    """Keeps a promise that was broken, with what was seen instead."""
    if not is_kept:
        with _lock:
            broken.append(promise)
        say(f"BROKEN: {promise}" + (f": {str(details)[:2_000]}" if details else ""))
    return is_kept


def until(what, condition, seconds, every=0.1, on_failure=lambda: ""):
    """Waits for a condition; returns how many seconds that took."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            fail(f"not within {seconds} s: {what}", on_failure())
        time.sleep(every)
    return time.monotonic() - begun


def in_parallel(count, work):
    """Runs `work(0)` … `work(count - 1)` in threads; returns their results, or raises what one of them raised."""
    results, errors = [None] * count, []

    def run(number):
        try:
            results[number] = work(number)
        except BaseException as error:
            errors.append(error)
    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
