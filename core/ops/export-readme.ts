import { tilePath, TILE_WIDTH } from "#core/events/tiles-path.ts";

export interface ReadmeFacts {
  origin: string;
  size: number;
  /** Paths of the public keys in PEM, the signer's own first. */
  keyFiles: readonly [string, ...string[]];
  hasEntries: boolean;
  run?: { name: string; events: number; hasContent: boolean };
}

/** Says what an export holds and how each claim is checked without Swarm. */
export function exportReadme(facts: ReadmeFacts): string {
  const { origin, size, keyFiles, run } = facts;
  const [key] = keyFiles;
  const parts = [overview(facts), signature(key), treeAndEntries()];
  if (run !== undefined) parts.push(chain(run.name), content(run.hasContent));
  parts.push(trust(origin, size));
  return parts.join("\n");
}

function overview({ origin, size, keyFiles, hasEntries, run }: ReadmeFacts): string {
  const lastTile = { index: Math.floor((size - 1) / TILE_WIDTH), width: ((size - 1) % TILE_WIDTH) + 1 };
  const entries =
    "tile/entries/          the events, each the canonical JSON (RFC 8785) that its leaf hashes";
  const content = "run/payloads/          that content, named by its commitment";
  const ofRun =
    run === undefined
      ? []
      : [
          `run/events.jsonl       the ${run.events} events of ${run.name}, one canonical JSON text a line`,
          "run/proofs/            for each of them its place in the signed tree (c2sp.org/tlog-proof)",
          "run/payload-keys.json  commitment -> key of the content that was not erased",
          ...(run.hasContent ? [content] : []),
        ];
  const lines = [
    `Export of the event log ${origin}, its first ${size} events.`,
    "",
    "checkpoint             signed statement of size and root (c2sp.org/tlog-checkpoint)",
    "checkpoints/           earlier ones, if any were kept",
    "keys/verifier-keys.txt the public keys, one a line, as Go reads them",
    ...keyFiles.map((file) => `${file}  one of them, as openssl reads it`),
    `tile/                  the Merkle tree (c2sp.org/tlog-tiles); its last leaf is in ${tilePath({ level: 0, ...lastTile })}`,
    ...(hasEntries ? [entries] : []),
    ...ofRun,
    "check.go               checks all of the tree with Go's own library",
    "SHA256SUMS, .sig       digests of all files here, and their signature",
    "",
  ];
  return lines.join("\n");
}

const signature = (key: string): string => `1. The files and the signatures, with coreutils and openssl

sha256sum --quiet -c SHA256SUMS
openssl pkeyutl -verify -pubin -inkey ${key} -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig

sed '/^$/,$d' checkpoint > /tmp/body
tail -n 1 checkpoint | cut -d ' ' -f 3 | base64 -d | tail -c 64 > /tmp/signature
openssl pkeyutl -verify -pubin -inkey ${key} -rawin -in /tmp/body -sigfile /tmp/signature
`;

const treeAndEntries =
  (): string => `2. The tree, every event in it, and that nothing signed earlier is gone, with Go

On Debian or Ubuntu, offline after   apt install golang-go golang-golang-x-mod-dev
  GO111MODULE=off GOPATH=/usr/share/gocode go run check.go .
Elsewhere, with a network:
  mkdir /tmp/check && cp check.go /tmp/check && cd /tmp/check
  go mod init check && go get golang.org/x/mod && go run . FOLDER
A checkpoint that you kept from earlier goes behind the folder:
  GO111MODULE=off GOPATH=/usr/share/gocode go run check.go . ../kept/1200.checkpoint
`;

const chain = (name: string): string => `3. The chain of ${name}, with Python (pip install rfc8785)

import hashlib, json, rfc8785
before = "0" * 64
for line in open("run/events.jsonl", "rb"):
    event = json.loads(line)
    claimed = event.pop("hash")
    assert event["prevHash"] == before, event["seq"]
    before = hashlib.sha256(bytes.fromhex(before) + rfc8785.dumps(event)).hexdigest()
    assert before == claimed, event["seq"]
print("OK", before)
`;

const content = (
  hasContent: boolean,
): string => `4. Content against its commitment (payloadRef.commitment in the event)

openssl dgst -sha256 -mac HMAC -macopt hexkey:KEY ${hasContent ? "run/payloads/COMMITMENT" : "FILE"}
prints the commitment; KEY stands in run/payload-keys.json. A commitment without a key there was erased.
`;

const trust = (origin: string, size: number): string => `What this does not show

The keys came with the export: compare them with ones that you got from ${origin}'s operator by another way.
Events after number ${size} are not in it. That no end was cut off is only shown by a checkpoint from somewhere else.
`;
