package report

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestEachFormatReadsAsItsGoldenFile(t *testing.T) {
	good, torn := frontDoors(t), hostile(t, "torn")
	summary := func(term Terminal) func(io.Writer, *Report) error {
		return func(w io.Writer, r *Report) error { return Summary(w, r, term) }
	}
	for _, row := range []struct {
		file   string
		report *Report
		write  func(io.Writer, *Report) error
	}{
		{"full.txt", good, writeText},
		{"compact.txt", good, summary(Terminal{Width: 80, Detail: Compact})},
		{"narrow.txt", good, summary(Terminal{Width: 40, Detail: Compact})},
		{"colour.txt", good, summary(Terminal{Width: 80, Detail: Compact, Color: true})},
		{"torn.txt", torn, writeText},
		{"report.md", good, writeMarkdown},
		{"torn.md", torn, writeMarkdown},
		{"report.csv", good, writeCSV},
		{"junit.xml", good, writeJUnit},
	} {
		t.Run(row.file, func(t *testing.T) {
			var b bytes.Buffer
			if err := row.write(&b, row.report); err != nil {
				t.Fatal(err)
			}
			golden(t, row.file, b.Bytes())
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what it was (run with -update if it should not be):\n%s", name, got)
	}
}
