package scenarios

import (
	"fmt"
	"strings"
	"testing"

	"tollgate/targets"
)

func TestOnlyIdempotentRequestsAreTriedUnlessAsked(t *testing.T) {
	methods := []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"}
	for _, c := range []struct {
		mode    TrialMode
		methods []string
		tried   string
		untried string
	}{
		{TrialIdempotent, methods, "0:GET 0:PUT 0:DELETE 0:HEAD 0:OPTIONS 1:GET 1:PUT 1:DELETE 1:HEAD 1:OPTIONS", "rPOST (POST), rPATCH (PATCH) only with --trial all, since the method is not idempotent"},
		{TrialAll, []string{"GET", "POST"}, "0:GET 0:POST 1:GET 1:POST", ""},
		{TrialNone, methods, "", ""},
		{TrialIdempotent, []string{"POST"}, "", "rPOST (POST) only with"},
	} {
		s := &Scenario{Trial: c.mode, Targets: []targets.Target{{Name: "a", Kind: &targets.Origin}, {Name: "b", Kind: &targets.Origin}}, Stages: []Stage{{Load: Users{N: 1}, For: 1e9}}}
		for _, m := range c.methods {
			s.Requests = append(s.Requests, Request{Name: "r" + m, Method: m, Weight: 1})
		}
		p, err := NewPlan(s)
		if err != nil {
			t.Fatal(err)
		}
		var tried []string
		for _, trial := range p.Trials {
			tried = append(tried, fmt.Sprintf("%d:%s", trial.Target, s.Requests[trial.Request].Method))
		}
		if got := strings.Join(tried, " "); got != c.tried || !strings.HasPrefix(strings.Join(p.Untried, "\n"), c.untried) || c.untried == "" && len(p.Untried) > 0 {
			t.Errorf("%q of %v: tried %s; untried %q", c.mode, c.methods, got, p.Untried)
		}
		if n := p.trials("a"); n != int64(TrialTries*len(tried)/2) {
			t.Errorf("%q of %v: at most %d requests at a target", c.mode, c.methods, n)
		}
	}
}
