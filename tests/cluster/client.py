"""A member of the service: keep-alive connections, and the calls of the mobile app."""

import datetime
import http.client
import json
import threading
import time
import urllib.parse

from checks import fail

TIMEOUT_SECONDS = 30

# The server closes connections that are idle for long: an older one is not used again.
IDLE_SECONDS_MAX = 3

SEOUL = datetime.timezone(datetime.timedelta(hours=9))


class Answer:
    def __init__(self, status, headers, text, seconds):
        self.status, self.headers, self.text, self.seconds = status, headers, text, seconds

    def json(self):
        return json.loads(self.text)

    def __str__(self):
        return f"{self.status} after {self.seconds:.2f} s: {self.text[:300]}"


class Connections:
    """Keep-alive connections of one thread, one for each server."""

    def __init__(self):
        self._open, self._used = {}, {}

    def _connection(self, url, now):
        if now - self._used.get(url, now) > IDLE_SECONDS_MAX:
            self._open.pop(url).close()
        if url not in self._open:
            self._open[url] = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=TIMEOUT_SECONDS)
        self._used[url] = now
        return self._open[url]

    def call(self, url, method, path, body=None, headers=()):
        """Sends a request. Status 0 means that it was not answered."""
        begun = time.monotonic()
        try:
            connection = self._connection(url, begun)
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            text = response.read().decode()
            self._used[url] = time.monotonic()
            return Answer(response.status, response.headers, text, time.monotonic() - begun)
        except (OSError, http.client.HTTPException) as error:
            self._open.pop(url).close()
            self._used.pop(url)
            return Answer(0, {}, repr(error), time.monotonic() - begun)


_of_thread = threading.local()


def call(url, method, path, form=None, data=None, token=None):
    """Sends a form or JSON over the connections of this thread."""
    connections = getattr(_of_thread, "connections", None)
    if connections is None:
        connections = _of_thread.connections = Connections()
    headers, body = {}, None
    if form is not None:
        body = urllib.parse.urlencode(form)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    if data is not None:
        body = json.dumps(data)
        headers["Content-Type"] = "application/json"
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return connections.call(url, method, path, body, headers)


class Member:
    """A logged-in member; `app` is where the calls go."""

    def __init__(self, app, kakao, nickname):
        self.app, self.kakao = app, kakao
        person = call(kakao, "POST", "/sandbox/people", data={"nickname": nickname})
        self.kakao_token = wanted(person, 201).json()["access_token"]
        self.log_in()

    def log_in(self):
        """Logs in at `app`, with a new session."""
        answer = wanted(self.visit("POST", "/account/kakaologin", form={"accessToken": self.kakao_token}), 200, 201)
        self.id, self.token = answer.json()["user"]["id"], answer.json()["token"]["access_token"]

    def visit(self, method, path, app=None, **body):
        """A call without a token."""
        return call((app or self.app).url, method, path, **body)

    def call(self, method, path, app=None, **body):
        """A call with the member's token, at another app on request."""
        return call((app or self.app).url, method, path, token=self.token, **body)

    def open_funding(self, title):
        """Opens a public funding; returns its id."""
        deadline = datetime.datetime.now(SEOUL) + datetime.timedelta(days=30)
        form = {"title": title, "content": "같이 모아 주세요", "goal_amount": "1000000", "public": "true",
                "expire_on": deadline.isoformat(timespec="seconds")}
        return wanted(self.call("POST", "/funding/", form=form), 201).json()["id"]

    def pay(self, payment_page):
        """Presses "pay" on KakaoPay's page; returns the proof for the approval."""
        paid = call(self.kakao, "POST", urllib.parse.urlsplit(payment_page).path, form={"action": "pay"})
        return wanted(paid, 302, 303).headers["location"].split("pg_token=")[1]


def support_of(funding, amount, message):
    return {"funding": str(funding), "amount": amount, "message": message}


def wanted(answer, *statuses):
    """The answer, when it has one of the statuses; otherwise the run ends."""
    return answer if answer.status in statuses else fail(f"unexpected answer {answer}")


def pages(url, path, token=None):
    """All rows of a list."""
    rows = []
    while path:
        answer = wanted(call(url, "GET", path, token=token), 200, 204)
        if answer.status == 204:
            break
        rows += answer.json()
        link = answer.headers.get("link") or ""
        path = link[1:link.index(">")] if 'rel="next"' in link else None
    return rows
