"""Checks that the member's run got past the refusals: each operation must have succeeded at least once, or the
schemas of its successes were never looked at.

Usage: reached.py openapi.yaml reached.json
"""

import json
import pathlib
import sys

import yaml


def main():
    document, reached = (pathlib.Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3])
    reached = json.loads(reached)
    labels = [
        f"{method.upper()} {path}"
        for path, item in yaml.safe_load(document)["paths"].items()
        for method in item
    ]
    missed = [label for label in labels if min(reached.get(label, [599])) >= 400]
    if missed:
        sys.exit("never succeeded, so no answer of theirs was checked:\n  " + "\n  ".join(missed))
    print(f"all {len(labels)} operations have succeeded at least once")


if __name__ == "__main__":
    main()
