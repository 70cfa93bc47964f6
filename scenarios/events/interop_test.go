//go:build interop

package events

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAnotherImplementationReadsTheSameEvents needs Node and what "npm ci" installs in
// testdata/eventsource-js. Random streams, in random parts, have the same events for the npm
// package eventsource-parser.
func TestAnotherImplementationReadsTheSameEvents(t *testing.T) {
	chance := rand.New(rand.NewPCG(11, 30))
	var streams [][]string
	var in bytes.Buffer
	for range 5000 {
		parts := randomStream(chance)
		streams = append(streams, parts)
		if err := json.NewEncoder(&in).Encode(parts); err != nil {
			t.Fatal(err)
		}
	}
	node := exec.Command("node", filepath.Join("testdata", "eventsource-js", "read.js"))
	node.Stdin = &in
	out, err := node.Output()
	if err != nil {
		t.Fatalf("node: %v (run \"npm ci\" in scenarios/events/testdata/eventsource-js first)", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(streams) {
		t.Fatalf("%d of %d streams were read", len(lines), len(streams))
	}
	events := 0
	for i, line := range lines {
		var theirs []string
		if err := json.Unmarshal([]byte(line), &theirs); err != nil {
			t.Fatal(err)
		}
		events += len(theirs)
		if ours, _ := seen(Options{Format: Server}, streams[i]...); !slices.Equal(ours, theirs) {
			t.Errorf("%q: %q, and by eventsource-parser %q", streams[i], ours, theirs)
		}
	}
	if events < 2000 {
		t.Errorf("%d events were compared", events)
	}
}

// randomStream is one of pieces that mean something, in parts.
func randomStream(chance *rand.Rand) (parts []string) {
	pieces := []string{"data: ", "data:", "data", "event: ", "event", "id: 1", "retry: 9", ": comment", "x", "a b", " ", ":", "\n", "\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\r\r", "ü"}
	part := ""
	for range 3 + chance.IntN(30) {
		part += pieces[chance.IntN(len(pieces))]
		if chance.IntN(3) == 0 {
			parts, part = append(parts, part), ""
		}
	}
	return append(parts, part, "\n") // so that a CR at the end is followed by something
}
