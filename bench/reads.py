"""The reads of the JSON API that the benchmarks measure."""

import re

from harness import call, call_json, log_in

READERS = 16


def next_path(server, page):
    _, headers, _ = call(f"{server.url}/funding/public?page={page}")
    found = re.search(r"<([^>]+)>", headers.get("Link") or "")
    return found[1] if found else None


def workload(server, sandbox, fundings):
    """Kind → its requests: many different ones, spread over all of the data."""
    tokens = [log_in(server, sandbox, 7 + number * (fundings // 5 // READERS)) for number in range(READERS)]
    pages = range(2, fundings * 3 // 4 // 8, max(1, fundings * 3 // 4 // 8 // 200))
    cursors = [path for path in (next_path(server, page) for page in pages) if path]
    ids = [card["id"] for path in cursors for card in call_json(server.url + path)]
    supported = [number for number in ids if call(f"{server.url}/remit/?id={number}")[0] == 200]
    names = ["%EB%AF%BC%EC%A4%80", "%EC%84%9C%EC%97%B0", "%EC%A7%80%EC%9A%B0", "%EC%98%88%EB%A6%B0"]
    spread = lambda paths: [f"GET {path} {tokens[at % READERS]}" for at, path in enumerate(paths)]
    return {
        "list, page 1": ["GET /funding/public?page=1"],
        "list, page 1,000": ["GET /funding/public?page=1000"],
        "list, cursor deep down": [f"GET {path}" for path in cursors],
        "detail": spread(f"/funding/?id={number}" for number in ids),
        "following": [f"GET /funding/following?page=1 {token}" for token in tokens],
        "joined": [f"GET /funding/joined?page=1 {token}" for token in tokens],
        "own profile": [f"POST /account/ {token}" for token in tokens],
        "search": spread(f"/account/search?username={name}" for name in names),
        "supports of a funding": [f"GET /remit/?id={number}" for number in supported],
    }
