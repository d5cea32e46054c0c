"""Stands in for the rfc8785 package: the same bytes for data without fractions and beyond-ASCII names."""
import json


def dumps(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
