"""Faults of a database node under load: what the service does meanwhile, and how soon after it is back."""

import time

from checks import expect, say, until

# Load before each fault, and after each recovery.
BEFORE_SECONDS = 4
AFTER_SECONDS = 15
RECOVERY_SECONDS_MAX = 10


def kill_node(node):
    """kill -9, and a new start a few seconds later."""
    node.kill()
    time.sleep(3)
    node.restart()


def cut_link(node):
    """No replication for a while; clients still reach the node."""
    node.cut_replication()
    time.sleep(15)
    node.heal_replication()


def pause_node(node):
    """SIGSTOP: connections stay open and nothing answers."""
    node.pause()
    time.sleep(20)
    node.resume()


def run(phase, fault, load, node, seconds=45):
    """Runs the load with a fault of `node` for at least `seconds`; returns a row for the table."""
    load.begin()
    begun = time.monotonic()
    time.sleep(BEFORE_SECONDS)
    broken_at = time.monotonic()
    say(f"{phase}: node {node.number}")
    fault(node)
    until(f"node {node.number} is ready again", node.is_ready, 60, on_failure=node.log)
    ready_at = time.monotonic()
    time.sleep(max(AFTER_SECONDS, begun + seconds - ready_at))
    load.end()
    load.check_answers(phase, is_outage=True)
    refused = [request for request in load.requests if request.status in (0, 503)]
    before = [request for request in refused if request.ended < broken_at]
    expect(not before, f"{phase}: nothing is refused before it", before[:3])
    last = max((request.ended for request in refused), default=broken_at)
    expect(last - ready_at < RECOVERY_SECONDS_MAX, f"{phase}: service within {RECOVERY_SECONDS_MAX} s",
           f"{last - ready_at:.1f} s after the node was back")
    stalls = {app.name: stall(load, app, broken_at) for app in load.apps}
    for app in load.apps:
        served = any(r.app == app.name and r.kind == "support" and r.status == 201 and r.begun > last for r in load.requests)
        expect(served, f"{phase}: {app.name} goes on")
    return {**load.figures(), "node back s": f"{ready_at - broken_at:.1f}",
            "last 503 after it s": f"{max(0, last - ready_at):.1f}",
            "longest stall s": " / ".join(f"{seconds:.1f}" for seconds in stalls.values())}


def stall(load, app, since):
    """The longest time without a successful write at an app, in seconds."""
    times = [since, *sorted(r.ended for r in load.requests if r.app == app.name and r.is_write and r.status < 300 and r.ended > since)]
    return max((later - earlier for earlier, later in zip(times, times[1:])), default=0)
