package cloudwatch

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/targets"
	monitor "tollgate/targets/lab/aws/cloudwatch"
)

// inProcess carries requests to a handler without a network, so that tests on
// a fake clock have nothing to wait for but the clock.
type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.Body == nil { // as a server gives it to a handler
		r = r.Clone(r.Context())
		r.Body = http.NoBody
	}
	p.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

func near(s *monitor.Store) Observer {
	return Observer{transport: &http.Client{Transport: inProcess{s.Handler()}}}
}

// fourDoors are targets in the lab, with functions of their own.
func fourDoors() []targets.Target {
	door := func(t targets.Target) targets.Target {
		t.Lab, t.CloudWatch = true, "http://lab"
		t.Function.Name = "ml-" + t.Name
		return t
	}
	return []targets.Target{
		door(targets.Target{Name: "rest", Kind: &targets.RESTAPI, API: "ml-api", Stage: "prod"}),
		door(targets.Target{Name: "http", Kind: &targets.HTTPAPI, API: "a1b2c3"}),
		door(targets.Target{Name: "url", Kind: &targets.FunctionURL}),
		door(targets.Target{Name: "alb", Kind: &targets.ALB, Balancer: "app/ml/50dc6c495c0c9188"}),
	}
}

// A hit is one request as a door publishes it.
type hit struct {
	status                  int
	latency, behind, within float64 // ms: of the door, behind it, of the function
}

// pass publishes a request at t the way the door of that kind does.
func pass(s *monitor.Store, t targets.Target, at time.Time, h hit) {
	values := map[targets.Role]float64{targets.RoleCount: 1, targets.RoleLatency: h.latency, targets.RoleClientError: 0, targets.RoleServerError: 0}
	if h.status/100 == 4 {
		values[targets.RoleClientError] = 1
	}
	if h.status/100 == 5 {
		values[targets.RoleServerError] = 1
	}
	if h.behind > 0 {
		values[targets.RoleIntegration], values[targets.RoleDuration] = h.behind, h.within
		values[targets.RoleInvocations], values[targets.RoleErrors], values[targets.RoleThrottles] = 1, 0, 0
	}
	seen := map[targets.Role]bool{}
	for _, w := range t.Kind.Watch {
		v, publishes := values[w.Role]
		if !publishes || seen[w.Role] { // a balancer has two metrics for each sort of error
			continue
		}
		seen[w.Role] = true
		if w.Seconds {
			v /= 1000
		}
		s.Put(w.Namespace, w.Metric, monitor.Count, w.Dimensions(t), at, v)
	}
}

// A sent is what the client saw of some equal requests.
type sent struct {
	target  int
	second  int
	n       int64
	status  int // 0: no response
	err     results.ErrClass
	service time.Duration
}

// runOf is a recorded run that began at started and took so long.
func runOf(t *testing.T, started time.Time, took time.Duration, ts []targets.Target, all ...sent) *results.Run {
	t.Helper()
	run := &results.Run{
		Document: results.Document{Started: started, Seconds: took.Seconds(), State: results.Finished},
		Series:   map[results.Key]*results.Histogram{},
	}
	for _, x := range ts {
		run.Document.Targets = append(run.Document.Targets, results.TargetDoc{Name: x.Name, Kind: x.Kind.Name})
	}
	for _, x := range all {
		sample := results.Sample{Code: x.status, Err: x.err}
		outcome := sample.Outcome()
		row := results.Second{Second: x.second, Target: uint16(x.target), Status: map[int]int64{}, Errors: map[results.ErrClass]int64{}}
		row.Ended[outcome] = x.n
		if x.status != 0 {
			row.Status[x.status] = x.n
		}
		if x.err != results.ErrNone {
			row.Errors[x.err] = x.n
		}
		run.Seconds = append(run.Seconds, row)
		key := results.Key{Target: uint16(x.target), Outcome: outcome, Clock: results.Service}
		if run.Series[key] == nil {
			run.Series[key] = results.New()
		}
		run.Series[key].RecordN(x.service, x.n)
	}
	return run
}

func check(doc results.ObservedDoc, what string) (results.Reconciled, bool) {
	for _, c := range doc.Checks {
		if c.What == what {
			return c, true
		}
	}
	return results.Reconciled{}, false
}

func number(f *float64) float64 {
	if f == nil {
		return -1
	}
	return *f
}
