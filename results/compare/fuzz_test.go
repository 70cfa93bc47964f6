package compare

import (
	"cmp"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzFiles reads comparison.json and gate.json, and prints what can be read.
func FuzzFiles(f *testing.F) {
	f.Add([]byte(`{"version":1,"design":"interleaved","runs":["a"],"pairs":[{"base":"x","head":"y","effects":[{"metric":"p50","unit":"ms","scale":"ratio","verdict":"better","words":"faster"}]}]}`))
	f.Add([]byte(`{"version":1,"run":"a","against":"history","outcome":"regression","gates":[{"target":"x","metric":"p99","unit":"ms","value":1,"alarm":true}]}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{File, FileGate} {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if c, err := Read(dir); err == nil {
			_ = c.Text(io.Discard)
			c.Worst()
		}
		if d, err := ReadDecision(dir); err == nil {
			_ = d.Text(io.Discard)
		}
	})
}

func TestUnknownValuesNameTheirFieldAndWhatTheyMayBe(t *testing.T) {
	for name, row := range map[string]struct{ file, data, want string }{
		"design":  {File, `{"version":1,"design":"x"}`, `design: "x" is none of interleaved, separate`},
		"metric":  {File, `{"version":1,"design":"separate","pairs":[{"effects":[{"metric":"x"}]}]}`, `pairs[0].effects.metric: "x" is none of p50`},
		"unit":    {File, `{"version":1,"design":"separate","pairs":[{"effects":[{"metric":"p50","unit":"=1"}]}]}`, `pairs[0].effects.unit: "=1" is none of ms`},
		"outcome": {FileGate, `{"version":1,"outcome":"x"}`, `outcome: "x" is none of passed, learning`},
		"target":  {FileGate, `{"version":1,"outcome":"passed","gates":[{"target":"\u001b","metric":"p50","unit":"ms"}]}`, `gates[0].target`},
		"version": {FileGate, `{"version":2}`, `has version 2, and this program reads version 1`},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, row.file), []byte(row.data), 0o600); err != nil {
			t.Fatal(err)
		}
		_, one := Read(dir)
		_, two := ReadDecision(dir)
		if err := cmp.Or(one, two); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
	}
}
