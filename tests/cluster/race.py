"""The race between the deletion of a funding at one app and approvals that attach supports to it at the other."""

import random
import threading
import time

from checks import expect, in_parallel, say
from client import Member, support_of, wanted
from load import wait_until_settled

PAYERS = 4
# Tries at the same time.
LANES = 4
# How much later than the approvals the deletion begins, at most.
HEAD_START_SECONDS_MAX = 0.1

LIVE_ON_DELETED = (
    "SELECT f.id, s.id FROM supports s JOIN fundings f ON f.id = s.funding_id "
    "LEFT JOIN payments p ON p.id = s.payment_id "
    "WHERE f.deleted_at IS NOT NULL AND p.state NOT IN ('refunding', 'refunded')"
)
COLLECTED_ON_DELETED = "SELECT id, collected_amount FROM fundings WHERE deleted_at IS NOT NULL AND collected_amount <> 0"


class Lane:
    """One author at the first app, and payers at the second."""

    def __init__(self, apps, kakao):
        self.author = Member(apps[0], kakao, "하늘")
        self.payers = [Member(apps[1], kakao, "친구") for _ in range(PAYERS)]

    def run_once(self):
        """Returns the statuses of the deletion and the approvals, which begin at about the same time."""
        funding = self.author.open_funding("지울 선물")
        start = threading.Barrier(PAYERS + 1)

        def take_part(number):
            if number == PAYERS:
                start.wait()
                # Before, amid and after the approvals.
                time.sleep(random.random() * HEAD_START_SECONDS_MAX)
                return self.author.call("DELETE", "/funding/", form={"id": funding}).status
            payer = self.payers[number]
            support = support_of(funding, 1_000 + number, "축하해")
            # The other node may not have the funding yet.
            ready = payer.call("POST", "/remit/kakaopay/ready", data=support)
            while ready.status != 200:
                if ready.status not in (204, 400, 404):
                    wanted(ready, 200)
                ready = payer.call("POST", "/remit/kakaopay/ready", data=support)
            proof = payer.pay(ready.json()["url"])
            start.wait()
            return payer.call("POST", "/remit/kakaopay/approve", form={"pg_token": proof}).status
        return in_parallel(PAYERS + 1, take_part)


def run(phase, apps, nodes, kakao, tries):
    """Runs the race; returns a row for the table."""
    lanes = [Lane(apps, kakao) for _ in range(LANES)]
    per_lane = -(-tries // LANES)
    outcomes = in_parallel(LANES, lambda number: [lanes[number].run_once() for _ in range(per_lane)])
    results = [statuses for lane in outcomes for statuses in lane]
    statuses = [status for result in results for status in result]
    expect(all(0 < status < 500 for status in statuses), f"{phase}: no request fails", count(statuses))
    expect(all(result[-1] == 200 for result in results), f"{phase}: each funding is deleted", count(r[-1] for r in results))
    wait_until_settled(apps[0], nodes[:1])
    for node in nodes:
        live = node.query(LIVE_ON_DELETED)
        expect(not live, f"{phase}: nothing live on a deleted funding on node {node.number}", live[:20])
        collected = node.query(COLLECTED_ON_DELETED)
        expect(not collected, f"{phase}: nothing collected on a deleted funding on node {node.number}", collected[:20])
    say(f"{phase}: {len(results)} tries, answers of approvals {count(s for r in results for s in r[:-1])}")
    return {"tries": len(results), "refunded": attached(nodes[0])}


def attached(node):
    """How many supports of deleted fundings came first and were refunded."""
    return node.query("SELECT COUNT(*) FROM supports s JOIN fundings f ON f.id = s.funding_id WHERE f.deleted_at IS NOT NULL")[0][0]


def count(statuses):
    counts = {}
    for status in statuses:
        counts[status] = counts.get(status, 0) + 1
    return counts
