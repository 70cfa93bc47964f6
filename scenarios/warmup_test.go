package scenarios

import (
	"fmt"
	"testing"
	"time"
)

func TestAWarmUpHasTheLoadThatTheFirstStageBeginsWith(t *testing.T) {
	for _, row := range []struct{ first, want string }{
		{"constant: {rate: 50/s, for: 1m}", "constant 50/s"},
		{"poisson: {rate: 50/s, for: 1m}", "poisson 50/s"},
		{"ramp: {from: 20/s, to: 50/s, for: 1m}", "constant 20/s"},
		{"steps: {rates: [30/s, 50/s], for: 1m}", "constant 30/s"},
		{"closed: {users: 8, for: 1m, think: 10ms}", "closed, 8 users who think for 10ms"},
		{"burst: {requests: 100, at: 50/s}", ""},
	} {
		source := "name: base\ntargets: {a: {kind: origin, url: 'http://127.0.0.1:1'}}\nrequests: [{name: r, path: /}]\nwarm_up: 5s\nload:\n  - " + row.first + "\n  - {name: spike, constant: {rate: 500/s, for: 1s}}\n"
		s, err := Parse("x.yaml", []byte(source), func(string) (string, bool) { return "", false })
		if (err != nil) != (row.want == "") {
			t.Errorf("%s: %v", row.first, err)
		}
		if err != nil {
			continue
		}
		warm := s.Stages[0]
		if !warm.WarmUp || warm.For != 5*time.Second || warm.Load.String() != row.want {
			t.Errorf("%s: warms up with %v for %v, want %s", row.first, warm.Load, warm.For, row.want)
		}
		if names := fmt.Sprint(stageNames(s.Stages)); names != "[warm-up 1 spike]" {
			t.Errorf("%s: the stages are %s", row.first, names)
		}
		p, err := NewPlan(s)
		if err != nil {
			t.Fatal(err)
		}
		if p.Stages[0].Blocks != 5 || p.PerTarget(0) != s.Stages[1].For+6*time.Second {
			t.Errorf("%s: %d blocks of warm-up, %v for each target", row.first, p.Stages[0].Blocks, p.PerTarget(0))
		}
	}
}
