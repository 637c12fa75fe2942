"""Checks that every operation succeeded at least once in the member's run: otherwise the schema of its successful
response was never checked.

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
        sys.exit("never succeeded, so their successful responses were not checked:\n  " + "\n  ".join(missed))
    print(f"all {len(labels)} operations have succeeded at least once")


if __name__ == "__main__":
    main()
