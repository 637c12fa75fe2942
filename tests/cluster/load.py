"""The load: members who support fundings as the mobile app does, each at one of the apps, and read in between."""

import random
import threading
import time

from checks import expect, in_parallel, say, until
from client import Member, call, pages, support_of, wanted
from programs import LEASE_SECONDS

# Each member mostly supports one of these; one in eight supports goes to the first.
FUNDINGS = 16
POPULAR = 1 / 8
AMOUNTS = range(1_000, 4_000, 100)

ANSWER_SECONDS_MAX = 5
# An approval that repeats one without an answer waits for its lease: it must not charge twice.
REPEATED_SECONDS_MAX = ANSWER_SECONDS_MAX + LEASE_SECONDS

WRITES = ("ready", "approve", "support")

# Reports that are printed in full.
REPORTED_MAX = 5


class Request:
    """One answered request."""

    def __init__(self, kind, app, begun, answer, is_repeated):
        self.limit = REPEATED_SECONDS_MAX if is_repeated else ANSWER_SECONDS_MAX
        self.kind, self.app, self.begun, self.seconds = kind, app.name, begun, answer.seconds
        self.status, self.text = answer.status, answer.text[:300]
        self.says_when = "retry-after" in answer.headers

    @property
    def is_write(self):
        return self.kind in WRITES

    @property
    def ended(self):
        return self.begun + self.seconds

    def __str__(self):
        return f"{self.kind} at {self.app} after {self.seconds:.2f} s: {self.status} {self.text}"


class Load:
    """The members and fundings, what was answered, and which supports were acknowledged."""

    def __init__(self, apps, kakao, clients):
        self.apps, self.kakao = apps, kakao
        self.author = Member(apps[0], kakao, "하늘")
        self.fundings = [self.author.open_funding(f"선물 {number}") for number in range(FUNDINGS)]
        self.members = in_parallel(clients, lambda number: Member(apps[number % len(apps)], kakao, f"친구{number}"))
        self.requests = []
        self.supports = {}
        self._stop = threading.Event()
        self._threads = []

    def begin(self):
        """Starts the members; forgets earlier requests."""
        self.requests = []
        self._stop.clear()
        self.begun = time.monotonic()
        self._threads = [threading.Thread(target=self._be, args=(member, number), daemon=True)
                         for number, member in enumerate(self.members)]
        for thread in self._threads:
            thread.start()

    def end(self):
        """Stops when each member has finished what it has begun."""
        self._stop.set()
        self.seconds = time.monotonic() - self.begun
        for thread in self._threads:
            thread.join()

    def run_for(self, seconds):
        self.begin()
        time.sleep(seconds)
        self.end()

    def _be(self, member, number):
        choice = random.Random(number)
        while not self._stop.is_set():
            funding = self.fundings[0] if choice.random() < POPULAR else self.fundings[number % FUNDINGS]
            self._support(member, support_of(funding, choice.choice(AMOUNTS), "같이 하자"))
            paths = ["/funding/public", f"/funding/?id={funding}", f"/remit/?id={funding}", f"/account/?id={member.id}"]
            self._record("read", member, "GET", choice.choice(paths))

    def _support(self, member, support):
        ready = self._record("ready", member, "POST", "/remit/kakaopay/ready", data=support)
        if ready.status != 200:
            # Nothing was paid: the member begins anew.
            self._pause_after(ready)
            return
        proof = member.pay(ready.json()["url"])
        approved = None
        while True:
            approved = self._record("approve", member, "POST", "/remit/kakaopay/approve", form={"pg_token": proof},
                                    is_repeated=approved is not None)
            if approved.status not in (0, 503):
                break
            self._pause_after(approved)
        if approved.status != 200:
            return
        while True:
            given = self._record("support", member, "POST", "/remit/", data=support)
            if given.status == 201:
                body = given.json()
                self.supports[body["id"]] = int(support["funding"])
            if given.status not in (0, 503):
                break
            self._pause_after(given)

    def _pause_after(self, answer):
        # Earlier than the answer asks for, so that it is seen when the service is back.
        if answer.status != 200:
            time.sleep(0.5)

    def _record(self, kind, member, method, path, is_repeated=False, **body):
        begun = time.monotonic()
        answer = member.call(method, path, **body)
        self.requests.append(Request(kind, member.app, begun, answer, is_repeated))
        return answer

    def check_answers(self, phase, is_outage):
        """Every write in time, and no refusals but those that an outage explains."""
        late = [request for request in self.requests if request.is_write and request.seconds > request.limit]
        expect(not late, f"{phase}: every write is answered within {ANSWER_SECONDS_MAX} s", summary(late))
        fine = (200, 201, 204)
        bad = [request for request in self.requests if request.status not in fine]
        if is_outage:
            bad = [request for request in bad if not (request.status == 503 and request.says_when)]
        expect(not bad, f"{phase}: no refusal", summary(bad))

    def check_books(self, phase):
        """Every acknowledged support can be read at both apps, and each total is the sum of its supports."""
        for app in self.apps:
            def check(number):
                funding = self.fundings[number]
                rows = pages(app.url, f"/remit/?id={funding}", self.author.token)
                listed = {row["id"] for row in rows}
                given = {id for id, of in self.supports.items() if of == funding}
                expect(given <= listed, f"{phase}: every 201 is readable at {app.name}", sorted(given - listed)[:20])
                expect(len(rows) == len(listed), f"{phase}: {app.name} lists no support twice", funding)
            in_parallel(len(self.fundings), check)

    def check_totals(self, phase, nodes):
        """On each node the total of each funding is the sum of its supports, as the author sees it at both apps."""
        ids = ",".join(map(str, self.fundings))
        sums = "SELECT funding_id AS id, SUM(amount) AS won FROM supports WHERE taken_back_at IS NULL GROUP BY funding_id"
        for node in nodes:
            rows = node.query(f"SELECT f.id, f.collected_amount, COALESCE(s.won, 0) FROM fundings f "
                              f"LEFT JOIN ({sums}) s ON s.id = f.id WHERE f.id IN ({ids})")
            totals = {int(id): int(total) for id, total, _ in rows}
            wrong = [row for row in rows if row[1] != row[2]]
            expect(not wrong, f"{phase}: totals are sums on node {node.number}", wrong)
            for app in self.apps:
                shown = {id: wanted(call(app.url, "GET", f"/funding/?id={id}", token=self.author.token), 200)
                         .json()["current_amount"] for id in totals}
                expect(shown == totals, f"{phase}: {app.name} shows the totals of node {node.number}", (shown, totals))

    def figures(self):
        """A row for the table: supports in a second, and the latency of writes."""
        given = sum(request.kind == "support" and request.status == 201 for request in self.requests)
        times = sorted(request.seconds for request in self.requests if request.is_write)
        return {"supports/s": f"{given / self.seconds:.0f}", **latencies(times),
                "503": sum(request.status == 503 for request in self.requests)}


def latencies(times):
    if not times:
        return {}
    at = lambda share: f"{times[min(len(times) - 1, int(len(times) * share))] * 1_000:.0f}"
    return {"p50 ms": at(0.5), "p99 ms": at(0.99), "max ms": f"{times[-1] * 1_000:.0f}"}


def summary(requests):
    """How often each kind of answer occurred, and the first few."""
    counts = {}
    for request in requests:
        key = f"{request.kind} {request.status}"
        counts[key] = counts.get(key, 0) + 1
    return "\n".join([str(counts), *map(str, requests[:REPORTED_MAX])]) if requests else ""


def wait_until_settled(app, nodes, seconds=90):
    """Waits until no payment's outcome is open; returns how long that took."""
    state = {"text": ""}

    def is_settled():
        code, state["text"] = app.run(nodes, "audit", "--offline")
        open_lines = [line for line in state["text"].splitlines() if "not certain yet" in line]
        return bool(open_lines) and open_lines[0].split()[-1] == "0"
    took = until("every payment is settled", is_settled, seconds, every=0.5, on_failure=lambda: state["text"])
    say(f"every payment was settled after {took:.1f} s")
    return took


def audit(app, nodes):
    """`funsun audit` on each database node alone."""
    for node in nodes:
        code, text = app.run([node], "audit")
        expect(code == 0, f"the audit is clean on node {node.number}", f"{code}: {text}")
