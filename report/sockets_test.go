package report

import (
	"strings"
	"testing"

	"tollgate/results"
)

func TestPushesThatAnotherTargetMayHaveCaused(t *testing.T) {
	one := func(name, url string, pushes int64) results.TargetDoc {
		return results.TargetDoc{Name: name, URL: url, Sockets: &results.SocketDoc{Pushes: pushes}}
	}
	doc := results.Document{Targets: []results.TargetDoc{one("a", "http://x/prod", 3), one("b", "http://x/prod", 0), one("c", "http://y/prod", 3)}}
	all := sockets(doc)
	for i, want := range []bool{true, false, false} {
		if got := strings.Contains(all[i], "messages of b, at the same address"); got != want {
			t.Errorf("%s", all[i])
		}
	}
}
