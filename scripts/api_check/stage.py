"""Creates the data that calls need in order to succeed: members, fundings, payments, supports.

Prints one JSON object; hooks.py replaces the examples of the API document by its values.
"""

import datetime
import json
import struct
import sys
import zlib

import requests

# A month from now, as the app writes it.
DEADLINE = (datetime.datetime.now() + datetime.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%S.000")

# The sandbox's default app: crates/kakao-sandbox/src/settings.rs.
KAKAO_APP = "1000001"
KAKAO_ADMIN_KEY = "ad314159ad314159ad314159ad314159"


def picture():
    """A small PNG."""

    def chunk(kind, content):
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    side = 8
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\xf0\x80\x20" * side) * side
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*parts) for parts in chunks)


class Stage:
    """A running FunSun and its Kakao sandbox."""

    def __init__(self, url, kakao):
        self.url = url
        self.kakao = kakao

    def person(self, nickname):
        """Creates a Kakao user who shares every field; returns `{"id", "access_token"}`."""
        facts = {
            "nickname": nickname,
            "email": f"{nickname}@example.com",
            "email_verified": True,
            "birthday": "0816",
            "gender": "female",
        }
        answer = requests.post(f"{self.kakao}/sandbox/people", json=facts, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def log_in(self, person):
        """Logs a Kakao user in; returns `{"access_token", "refresh_token"}`."""
        body = {"accessToken": person["access_token"]}
        return self.call("POST", "/account/kakaologin", None, body)["token"]

    def call(self, method, path, token, fields, files=None):
        """Makes a form call, or a multipart one when there are files; returns the JSON of a successful response."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = requests.request(
            method, f"{self.url}{path}", data=fields, files=files, headers=headers, timeout=30
        )
        if not answer.ok or answer.status_code == 204:
            sys.exit(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def funding(self, token, title, public="true"):
        """Opens a funding with a picture; returns its detail."""
        fields = {
            "title": title,
            "content": "같이 모아 주세요",
            "goal_amount": "100000",
            "public": public,
            "expire_on": DEADLINE,
        }
        return self.call("POST", "/funding/", token, fields, {"image": ("a.png", picture())})

    def ready(self, token, **fields):
        """Makes a payment ready; returns its order number."""
        return self.call("POST", "/remit/kakaopay/ready", token, fields)["order"]

    def pay(self, order):
        """Pays in the sandbox as the payer would; returns the pg_token."""
        book = requests.get(f"{self.kakao}/sandbox/book", timeout=30).json()
        tid = next(
            payment["tid"]
            for payment in book["payments"]
            if payment["partner_order_id"] == order
        )
        answer = requests.post(f"{self.kakao}/sandbox/payments/{tid}/pay", timeout=30)
        answer.raise_for_status()
        return answer.json()["location"].split("pg_token=")[1]

    def approve(self, token, order):
        """Pays and approves; returns the pg_token."""
        proof = self.pay(order)
        self.call("POST", "/remit/kakaopay/approve", token, {"pg_token": proof})
        return proof

    def support(self, token, funding):
        """Supports a funding; returns the support's id."""
        message = "생일 축하해!"
        order = self.ready(token, amount="20000", funding=funding, message=message)
        self.approve(token, order)
        listed = requests.get(f"{self.url}/remit/?id={funding}", timeout=30).json()
        return listed[-1]["id"]


def main():
    stage = Stage(*sys.argv[1:3])
    author, friend = stage.person("민지"), stage.person("서준")
    tokens = {"author": stage.log_in(author), "friend": stage.log_in(friend)}
    by_author, by_friend = (tokens[who]["access_token"] for who in ("author", "friend"))
    shown = stage.funding(by_author, "민지의 생일 선물")
    secret = stage.funding(by_author, "친구에게만", public="false")
    supported = stage.funding(by_author, "민지의 졸업 선물")["id"]
    wish = stage.funding(by_friend, "서준의 졸업 선물")["id"]
    support = stage.support(by_friend, supported)
    own_support, spare_support = stage.support(by_author, wish), stage.support(by_author, wish)
    waiting = stage.ready(by_author, amount="20000")
    proof = stage.approve(by_friend, stage.ready(by_friend, amount="20000"))
    print(
        json.dumps(
            {
                "url": stage.url,
                "kakao": stage.kakao,
                "access": by_author,
                "payer_access": by_friend,
                "proof": proof,
                "refresh": tokens["author"]["refresh_token"],
                "kakao_token": author["access_token"],
                "member": str(friend["id"]),
                "own_funding": supported,
                "spare_funding": stage.funding(by_author, "지워질 펀딩")["id"],
                "wish": wish,
                "support": support,
                "own_support": own_support,
                "spare_support": spare_support,
                "order": waiting,
                "picture": shown["image"].rsplit("/", 1)[1],
                "secret_picture": secret["image"].rsplit("/", 1)[1],
                "pass": secret["image"].rsplit("/", 2)[1],
                "kakao_app": KAKAO_APP,
                "kakao_admin_key": KAKAO_ADMIN_KEY,
                "leaver": str(stage.person("떠날이")["id"]),
                "deadline": DEADLINE,
            }
        )
    )


if __name__ == "__main__":
    main()
