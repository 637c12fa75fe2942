"""How schemathesis speaks to FunSun: who it is, and which ids exist.

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

# These end logins: each such call gets a login of its own, or the next calls would all be refused.
ENDS_LOGINS = {"DELETE /account/", "DELETE /account/session", "DELETE /account/sessions"}

# The examples of the API document, and what stands in their place here.
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
    """Keeps the document, and puts ids that exist where it has its examples."""
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
    """What each example stands for in this call: one that the caller may change, or delete, or only see."""
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
    """A copy of `node` with the examples replaced, as numbers or as text."""
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
        """The prepared member's token, a fresh login for a call that ends it, or Kakao's key."""

        def get(self, case, context):
            if context.operation.path == "/kakao/unlink":
                return f"KakaoAK {STAGE['kakao_admin_key']}"
            if context.operation.path == "/remit/kakaopay/approve":
                # Only somebody whose latest payment is approved: the fuzzed calls begin others all the time.
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
    """Notes which answers each operation has given, for reached.py."""
    REACHED.setdefault(case.operation.label, set()).add(response.status_code)


@atexit.register
def write_reached():
    """Leaves the note where API_CHECK_REACHED says."""
    reached = {label: sorted(statuses) for label, statuses in REACHED.items()}
    pathlib.Path(os.environ["API_CHECK_REACHED"]).write_text(json.dumps(reached), encoding="utf-8")


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """A body that our conventions read as a valid one is no violation that should have been refused."""
    return not (type(failure).__name__ == "AcceptedNegativeData" and reads_as_valid(case))


def reads_as_valid(case):
    """Whether the body fits its schema once it is read as the document's conventions say."""
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
        # Null is as good as absent.
        if value is not None
    }
    return jsonschema_rs.Draft202012Validator(schema).is_valid(body)


def read(value, kind):
    """A value as a field of this type reads it: 1 and 0 are truth values, a number's digits are text."""
    if "boolean" in kind and value in (0, 1, "0", "1"):
        return str(value) == "1"
    if "string" in kind and isinstance(value, int) and not isinstance(value, bool):
        return value if "integer" in kind else str(value)
    return value
