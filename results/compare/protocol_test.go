package compare

import (
	"slices"
	"strings"
	"testing"

	"tollgate/results"
)

func TestComparisonsAcrossProtocolsAreCautionedAgainst(t *testing.T) {
	target := func(name string, protocol string) results.TargetDoc {
		if protocol == "" {
			return results.TargetDoc{Name: name}
		}
		return results.TargetDoc{Name: name, Protocols: map[string]int64{protocol: 5}}
	}
	for _, c := range []struct{ name, base, head, runs, targets string }{
		{"the same", "HTTP/2", "HTTP/2", "", ""},
		{"a run of an earlier version, and HTTP/1.1", "", "HTTP/1.1", "", ""},
		{"HTTP/1.0 and HTTP/1.1", "HTTP/1.0", "HTTP/1.1", "", ""},
		{"HTTP/1.1 and HTTP/2", "HTTP/1.1", "HTTP/2", "requests to a went over HTTP/1.1 and then over HTTP/2", "requests to a went over HTTP/1.1 and those to b over HTTP/2"},
		{"a run of an earlier version, and HTTP/2", "", "HTTP/2", "requests to a went over HTTP/1.1 and then over HTTP/2", "requests to a went over HTTP/1.1 and those to b over HTTP/2"},
	} {
		a, b := target("a", c.base), target("b", c.head)
		got := strings.Join(runProtocols(&a, &b), " ")
		if c.runs == "" && got != "" || !strings.HasPrefix(got, c.runs) {
			t.Errorf("%s: two runs: %q, want %q", c.name, got, c.runs)
		}
		got = strings.Join(targetProtocols(&results.Document{Targets: []results.TargetDoc{a, b}}, 0), " ")
		if c.targets == "" && got != "" || !strings.HasPrefix(got, c.targets) {
			t.Errorf("%s: two targets: %q, want %q", c.name, got, c.targets)
		}
	}
}

func TestABaselineOverAnotherProtocolIsCautionedAgainst(t *testing.T) {
	run := &RunValues{HTTP2: []string{"rest"}}
	for _, c := range []struct {
		name     string
		baseline []RunValues
		want     []string
	}{
		{"the same", []RunValues{{HTTP2: []string{"rest"}}}, nil},
		{
			"runs of earlier versions",
			[]RunValues{{}, {}, {HTTP2: []string{"rest"}}},
			[]string{"requests of this run went over HTTP/2 at these targets: rest; those of 2 baseline runs at others, the latest at: none; the protocol may cause a difference"},
		},
	} {
		if got := baselineProtocols(run, c.baseline); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
