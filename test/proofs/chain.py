"""Recomputes the hash chain of an exported run: python3 chain.py run/events.jsonl"""
import hashlib, json, sys

import rfc8785

before = "0" * 64
for line in open(sys.argv[1], "rb"):
    event = json.loads(line)
    claimed = event.pop("hash")
    assert event["prevHash"] == before, f"event {event['seq']} does not follow the one before"
    before = hashlib.sha256(bytes.fromhex(before) + rfc8785.dumps(event)).hexdigest()
    assert before == claimed, f"event {event['seq']} was changed"
print("OK", before)
