"""Validates answers against the schemas of an OpenAPI document, read as JSON lines:
first the document, then one {method, path, status, type, body} a line. Prints what does not fit."""

import json
import re
import sys

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

document = json.loads(sys.stdin.readline())
validate(document)
registry = Registry().with_resource("urn:api", Resource(contents=document, specification=DRAFT202012))
routes = [
    (re.compile("^" + re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(path)) + "$"), path, operations)
    for path, operations in document["paths"].items()
]
routes.sort(key=lambda route: "{" in route[1])
checked = 0
for line in sys.stdin:
    exchange = json.loads(line)
    plain = exchange["path"].split("?")[0]
    path, operations = next(((path, o) for pattern, path, o in routes if pattern.match(plain)), (None, None))
    name = f'{exchange["method"]} {exchange["path"]} {exchange["status"]}'
    if path is None:
        continue
    method = "get" if exchange["method"] == "HEAD" else exchange["method"].lower()
    if method not in operations:
        continue  # refused as a method; the test looks at the refusal itself
    responses = operations[method]["responses"]
    response = responses.get(str(exchange["status"]), responses.get("default"))
    key = str(exchange["status"]) if str(exchange["status"]) in responses else "default"
    media = exchange["type"].split(";")[0]
    if "content" not in response or exchange["method"] == "HEAD":
        continue
    if media not in response["content"]:
        if "application/octet-stream" in response["content"]:
            continue  # an artifact is shown as what it is
        print(f"{name}: the type {media} is not documented")
        continue
    if not media.endswith("json"):
        continue
    escaped = path.replace("~", "~0").replace("/", "~1")
    pointer = f"#/paths/{escaped}/{method}/responses/{key}/content/{media.replace('/', '~1')}/schema"
    validator = Draft202012Validator({"$ref": "urn:api" + pointer}, registry=registry)
    for error in validator.iter_errors(json.loads(exchange["body"])):
        print(f"{name}: {error.json_path}: {error.message[:300]}")
    checked += 1
print(f"checked {checked}")
