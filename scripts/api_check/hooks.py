"""Hooks that make schemathesis a client of FunSun: its credentials, and ids that exist.

Reads the JSON that stage.py printed from the file named by API_CHECK_STAGE. API_CHECK_AS is `member` or `visitor`.
"""

import atexit
import copy
import json
import os
import pathlib
import sys

import jsonschema_rs
import schemathesis

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from stage import Stage  # noqa: E402

STAGE = json.loads(pathlib.Path(os.environ["API_CHECK_STAGE"]).read_text(encoding="utf-8"))

# These end a session: each such call gets its own, or all later calls would be refused.
ENDS_LOGINS = {"DELETE /account/", "DELETE /account/session", "DELETE /account/sessions"}

# The examples of the API document; each is replaced by an id that exists.
EXAMPLES = {
    "funding": 42,
    "support": 7,
    "member": "3000000001",
    "order": "8f14e45fceea167a5a36dedd4bea2543",
    "kakao_token": "KAKAO_ACCESS_TOKEN",
    "refresh": "REFRESH_TOKEN",
    "deadline": "2026-12-24T18:00:00.000",
    "picture": "0f343b0931126a20f133d67c2b018a3b.jpg",
    "pass": "1795392000.MDAwMDAwMDAwMDAwMDAwMA",
    "kakao_app": "1000001",
    "proof": "0f343b0931126a20f133",
}

DOCUMENT = {}
REACHED = {}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Keeps a copy of the document, and replaces its examples by ids that exist."""
    DOCUMENT.update(copy.deepcopy(raw_schema))
    for path, item in raw_schema["paths"].items():
        for method, operation in item.items():
            requests = [operation.get("parameters", []), operation.get("requestBody", {})]
            requests[:] = [existing(part, existing_ids(method, path)) for part in requests]
            if "parameters" in operation:
                operation["parameters"] = requests[0]
            if "requestBody" in operation:
                operation["requestBody"] = requests[1]


def existing_ids(method, path):
    """Returns example → staged value: something that the caller may change, delete or only see, as this call needs."""
    names = {name: name for name in EXAMPLES} | {"funding": "wish", "support": "support"}
    if method == "put" or path == "/funding/review":
        names |= {"funding": "own_funding", "support": "own_support"}
    if method == "delete":
        names |= {"funding": "spare_funding", "support": "spare_support"}
    if path == "/kakao/unlink":
        names |= {"member": "leaver"}
    if path.startswith("/media/s/"):
        names |= {"picture": "secret_picture"}
    return {EXAMPLES[name]: STAGE[staged] for name, staged in names.items()}


def existing(node, ids):
    """Returns a copy of `node` with the examples replaced, be they numbers or text."""
    if isinstance(node, dict):
        return {name: existing(value, ids) for name, value in node.items()}
    if isinstance(node, list):
        return [existing(value, ids) for value in node]
    if isinstance(node, str) and node.isdecimal() and int(node) in ids:
        return str(ids[int(node)])
    if isinstance(node, (str, int)) and not isinstance(node, bool):
        return ids.get(node, node)
    return node


if os.environ["API_CHECK_AS"] == "member":

    @schemathesis.auth(refresh_interval=None)
    class Login:
        """The prepared member's token, a new session for a call that ends it, or Kakao's key."""

        def get(self, case, context):
            if context.operation.path == "/kakao/unlink":
                return f"KakaoAK {STAGE['kakao_admin_key']}"
            if context.operation.path == "/remit/kakaopay/approve":
                # A payer whose latest payment stays approved: the fuzzed calls keep beginning new ones.
                return f"Bearer {STAGE['payer_access']}"
            if context.operation.label not in ENDS_LOGINS:
                return f"Bearer {STAGE['access']}"
            stage = Stage(STAGE["url"], STAGE["kakao"])
            return f"Bearer {stage.log_in(stage.person('지우'))['access_token']}"

        def set(self, case, data, context):
            case.headers = case.headers or {}
            case.headers["Authorization"] = data


@schemathesis.hook
def after_call(context, case, response):
    """Records the status codes of each operation, for reached.py."""
    REACHED.setdefault(case.operation.label, set()).add(response.status_code)


@atexit.register
def write_reached():
    """Writes the recorded status codes to the file named by API_CHECK_REACHED."""
    reached = {label: sorted(statuses) for label, statuses in REACHED.items()}
    pathlib.Path(os.environ["API_CHECK_REACHED"]).write_text(json.dumps(reached), encoding="utf-8")


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Drops "should have been refused" for a body that is valid once read by our conventions."""
    return not (type(failure).__name__ == "AcceptedNegativeData" and reads_as_valid(case))


def reads_as_valid(case):
    """Whether the body is valid against its schema once read by the conventions that the document states."""
    operation = DOCUMENT["paths"][case.operation.path][case.method.lower()]
    content = operation.get("requestBody", {}).get("content", {}).get(case.media_type)
    if content is None or not isinstance(case.body, dict):
        return False
    schema = {**content["schema"], "components": DOCUMENT["components"]}
    name = schema["$ref"].rsplit("/", 1)[1]
    fields = DOCUMENT["components"]["schemas"][name]["properties"]
    body = {
        field: read(value, fields.get(field, {}).get("type", []))
        for field, value in case.body.items()
        # Null means absent.
        if value is not None
    }
    return jsonschema_rs.Draft202012Validator(schema).is_valid(body)


def read(value, kind):
    """Returns the value as a field of this type is parsed: 1 and 0 are booleans, a number may be text."""
    if "boolean" in kind and value in (0, 1, "0", "1"):
        return str(value) == "1"
    if "string" in kind and isinstance(value, int) and not isinstance(value, bool):
        return value if "integer" in kind else str(value)
    return value
