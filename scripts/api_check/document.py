"""Checks what schemathesis takes on trust: every operation has a summary, a description of each answer and an
example of each request and answer that its own schema accepts; ids are unique.

Usage: document.py openapi.yaml
"""

import pathlib
import sys

import jsonschema_rs
import yaml


def contents(operation):
    """Every content of an operation, with the words to name it."""
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"request {media}", content
    for status, answer in operation["responses"].items():
        for media, content in answer.get("content", {}).items():
            yield f"answer {status} {media}", content


def faults(document):
    """One line for each thing that is missing or wrong."""
    seen = set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            name = f"{method.upper()} {path}"
            if operation["operationId"] in seen:
                yield f"{name}: operationId is taken"
            seen.add(operation["operationId"])
            if not operation.get("summary"):
                yield f"{name}: no summary"
            for parameter in operation.get("parameters", []):
                if not parameter.get("description"):
                    yield f"{name}: parameter {parameter['name']} says nothing"
            for status, answer in operation["responses"].items():
                if not answer["description"]:
                    yield f"{name}: answer {status} says nothing"
            for what, content in contents(operation):
                # Raw bytes have no schema in OpenAPI 3.1.
                if " image/" in what and not content:
                    continue
                yield from (f"{name}: {what}: {fault}" for fault in of_content(content, document))


def of_content(content, document):
    """A content needs a schema and an example that fits it."""
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
    print(f"the API document: {operations} operations, every example fits its schema")


if __name__ == "__main__":
    main()
