package report

import (
	"strings"
	"testing"
)

// TestThePageSaysHowToRunItAgain has runs with and without targets at the lab.
func TestThePageSaysHowToRunItAgain(t *testing.T) {
	for digest, want := range map[string]string{
		"":    "tollgate run scenario.yaml --seed 1<",
		"f00": "tollgate run scenario.yaml --lab lab.json --seed 1<",
	} {
		r := frontDoors(t)
		r.Document.Lab = digest
		f, _ := FormatNamed("html")
		var page strings.Builder
		if err := f.Write(&page, r); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(page.String(), want) {
			t.Errorf("nothing says %q", want)
		}
	}
}
