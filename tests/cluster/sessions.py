"""Logins across apps: a new one works at the other app at once, an ended one soon does not."""

import threading
import time

from checks import expect
from client import Member

ENDED_SECONDS_MAX = 2


class Logins:
    """A member who logs in at one app and goes on at the other, again and again while others use the service."""

    def __init__(self, apps, kakao):
        self.apps, self.kakao = apps, kakao
        self.ended_after, self.first_answers = [], []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._repeat, daemon=True)

    def begin(self):
        self._thread.start()

    def end(self):
        self._stop.set()
        self._thread.join()

    def _repeat(self):
        while not self._stop.is_set():
            self._once(*self.apps)
            self._once(*reversed(self.apps))

    def _once(self, here, there):
        # New members and new sessions: neither the row of the account nor that of the session may be missing there.
        member = Member(here, self.kakao, "나무")
        self._first(member.call("POST", "/account/", app=there))
        member.log_in()
        self._first(member.call("PUT", "/account/", app=there, form={"username": "나무"}))
        member.log_in()
        ended = member.call("DELETE", "/account/session")
        if not expect(ended.status < 300, "a session can be ended", ended):
            return
        begun = time.monotonic()
        # Not longer than it takes to see that it is late.
        while member.call("POST", "/account/", app=there).status != 401 and time.monotonic() - begun < 10:
            time.sleep(0.05)
        self.ended_after.append(time.monotonic() - begun)

    def _first(self, answer):
        self.first_answers.append(answer)

    def check(self):
        """Returns a row for the table."""
        bad = [str(answer) for answer in self.first_answers if answer.status != 200]
        expect(not bad, "a login at one app works at the other at once", (len(bad), bad[:3]))
        expect(bool(self.ended_after), "some sessions were ended")
        longest = max(self.ended_after, default=0)
        expect(longest <= ENDED_SECONDS_MAX, f"an ended session ends at the other app within {ENDED_SECONDS_MAX} s", f"{longest:.2f} s")
        return {"logins": len(self.first_answers), "ended at the other app, longest s": f"{longest:.2f}"}
