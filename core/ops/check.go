// Checks an exported log with Go's own transparency-log packages and nothing of Swarm:
//
//	go run check.go FOLDER [CHECKPOINT...]
//
// FOLDER is the export. Further arguments are checkpoints that the reader kept from earlier: the log has to
// contain everything that they speak of. Exit code 0 only when every check holds.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // c2sp.org/tlog-tiles: 256 hashes a tile

func main() {
	if len(os.Args) < 2 {
		fail("usage: go run check.go FOLDER [CHECKPOINT...]")
	}
	folder := os.Args[1]
	keys := readKeys(filepath.Join(folder, "keys", "verifier-keys.txt"))
	tree := openCheckpoint(filepath.Join(folder, "checkpoint"), keys)
	fmt.Printf("signature: good, %d events with root %s\n", tree.N, tree.Hash)

	// Every hash that comes out of this reader has been checked against the signed root.
	hashes := tlog.TileHashReader(tree, tiles{folder})
	checkLeaves(folder, tree, hashes)

	older, err := filepath.Glob(filepath.Join(folder, "checkpoints", "*.checkpoint"))
	must(err)
	for _, path := range append(older, os.Args[2:]...) {
		checkConsistency(path, openCheckpoint(path, keys), tree, hashes)
	}
	checkRun(filepath.Join(folder, "run"), keys)
	fmt.Println("OK")
}

// readKeys reads one verifier key a line. An auditor puts the key here that he got by another way.
func readKeys(path string) note.Verifiers {
	var list []note.Verifier
	for _, line := range strings.Fields(string(read(path))) {
		verifier, err := note.NewVerifier(line)
		must(err)
		list = append(list, verifier)
	}
	return note.VerifierList(list...)
}

func openCheckpoint(path string, keys note.Verifiers) tlog.Tree {
	return parseCheckpoint(path, read(path), keys)
}

func parseCheckpoint(name string, text []byte, keys note.Verifiers) tlog.Tree {
	opened, err := note.Open(text, keys)
	if err != nil {
		fail("%s: %v", name, err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != opened.Sigs[0].Name {
		fail("%s: not a checkpoint of the log that the key speaks for", name)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}
}

// checkLeaves holds every entry against its leaf. An export for one run may leave the entries out.
func checkLeaves(folder string, tree tlog.Tree, hashes tlog.HashReader) {
	_, err := os.Stat(filepath.Join(folder, "tile", "entries"))
	hasEntries := err == nil
	for first := int64(0); first < tree.N; first += 1 << height {
		tile := tlog.Tile{H: height, L: -1, N: first >> height, W: 1 << height}
		if tree.N-first < 1<<height {
			tile.W = int(tree.N - first)
		}
		var indexes []int64
		for i := 0; i < tile.W; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, first+int64(i)))
		}
		leaves, err := hashes.ReadHashes(indexes)
		must(err)
		if !hasEntries {
			continue
		}
		path := filepath.Join(folder, strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1))
		rest := read(path)
		for i, leaf := range leaves {
			if len(rest) < 2 || len(rest) < 2+int(binary.BigEndian.Uint16(rest)) {
				fail("position %d: %s ends too early", first+int64(i), path)
			}
			length := int(binary.BigEndian.Uint16(rest))
			if tlog.RecordHash(rest[2:2+length]) != leaf {
				fail("position %d: the entry is not the one in the tree", first+int64(i))
			}
			rest = rest[2+length:]
		}
		if len(rest) != 0 {
			fail("%s: %d bytes too many", path, len(rest))
		}
		last := first + int64(tile.W) - 1
		proof, err := tlog.ProveRecord(tree.N, last, hashes)
		must(err)
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, last, leaves[len(leaves)-1]))
	}
	if hasEntries {
		fmt.Printf("entries: all %d are in the signed tree\n", tree.N)
	} else {
		fmt.Println("entries: not part of this export, the tiles fit the signed root")
	}
}

// checkConsistency shows that the tree begins with all events of an older one.
func checkConsistency(name string, older, tree tlog.Tree, hashes tlog.HashReader) {
	if older.N > tree.N {
		fail("%s speaks of %d events, the export holds %d: its end is missing", name, older.N, tree.N)
	}
	if older.N == 0 {
		return // every log begins with nothing
	}
	proof, err := tlog.ProveTree(tree.N, older.N, hashes)
	must(err)
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash); err != nil {
		fail("%s: the log does not contain what was signed at size %d: %v", name, older.N, err)
	}
	fmt.Printf("consistency: size %d is the beginning of size %d\n", older.N, tree.N)
}

// checkRun holds every event of an exported run against its own proof file (c2sp.org/tlog-proof).
func checkRun(folder string, keys note.Verifiers) {
	file, err := os.Open(filepath.Join(folder, "events.jsonl"))
	if os.IsNotExist(err) {
		return
	}
	must(err)
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<17)
	count := 0
	for lines.Scan() {
		var event struct{ Seq, Position int64 }
		must(json.Unmarshal(lines.Bytes(), &event))
		name := filepath.Join(folder, "proofs", fmt.Sprintf("%06d.tlog-proof", event.Seq))
		head, checkpoint, _ := bytes.Cut(read(name), []byte("\n\n"))
		tree := parseCheckpoint(name, checkpoint, keys)
		fields := strings.Split(string(head), "\n")
		if len(fields) < 2 || fields[0] != "c2sp.org/tlog-proof@v1" || fields[1] != fmt.Sprintf("index %d", event.Position) {
			fail("%s: not the proof of position %d", name, event.Position)
		}
		var proof tlog.RecordProof
		for _, field := range fields[2:] {
			raw, err := base64.StdEncoding.DecodeString(field)
			must(err)
			var hash tlog.Hash
			if copy(hash[:], raw) != tlog.HashSize || len(raw) != tlog.HashSize {
				fail("%s: a hash has %d bytes", name, len(raw))
			}
			proof = append(proof, hash)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, event.Position, tlog.RecordHash(lines.Bytes())); err != nil {
			fail("event %d: %v", event.Seq, err)
		}
		count++
		if int64(count) != event.Seq {
			fail("events.jsonl: sequence number %d stands in line %d", event.Seq, count)
		}
	}
	must(lines.Err())
	fmt.Printf("run: all %d events are in the signed tree\n", count)
}

// tiles reads hash tiles where c2sp.org/tlog-tiles puts them: the height is not part of the path.
type tiles struct{ folder string }

func (t tiles) Height() int                     { return height }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var contents [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		content, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}

func read(path string) []byte {
	content, err := os.ReadFile(path)
	must(err)
	return content
}

func must(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, values ...interface{}) {
	fmt.Fprintf(os.Stderr, "NOT OK: "+format+"\n", values...)
	os.Exit(1)
}
