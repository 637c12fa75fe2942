"""Checks what schemathesis does not: every operation has a unique id and a summary, every parameter and response a
description, and every request and response body an example that is valid against its schema.

Usage: document.py openapi.yaml
"""

import pathlib
import sys

import jsonschema_rs
import yaml


def contents(operation):
    """Yields every media type of an operation: how to name it, and its content."""
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"request {media}", content
    for status, response in operation["responses"].items():
        for media, content in response.get("content", {}).items():
            yield f"response {status} {media}", content


def faults(document):
    """Yields one line for each thing that is missing or wrong."""
    seen = set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            name = f"{method.upper()} {path}"
            if operation["operationId"] in seen:
                yield f"{name}: the operationId is used twice"
            seen.add(operation["operationId"])
            if not operation.get("summary"):
                yield f"{name}: no summary"
            for parameter in operation.get("parameters", []):
                if not parameter.get("description"):
                    yield f"{name}: parameter {parameter['name']} has no description"
            for status, response in operation["responses"].items():
                if not response["description"]:
                    yield f"{name}: response {status} has no description"
            for what, content in contents(operation):
                # Raw bytes have no schema in OpenAPI 3.1.
                if " image/" in what and not content:
                    continue
                yield from (f"{name}: {what}: {fault}" for fault in of_content(content, document))


def of_content(content, document):
    """Yields what is wrong with a body: it needs a schema, and an example that is valid against it."""
    if "schema" not in content:
        yield "no schema"
        return
    if "example" not in content:
        yield "no example"
        return
    schema = {**content["schema"], "components": document["components"]}
    for error in jsonschema_rs.Draft202012Validator(schema).iter_errors(content["example"]):
        yield f"its example: {error.message}"


def main():
    document = yaml.safe_load(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    found = list(faults(document))
    if found:
        sys.exit("\n".join(found))
    operations = sum(len(item) for item in document["paths"].values())
    print(f"the API document: {operations} operations, every example is valid against its schema")


if __name__ == "__main__":
    main()
