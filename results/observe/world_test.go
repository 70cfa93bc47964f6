package observe

import (
	"net/http"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/targets"
	"tollgate/targets/targettest"
)

func near(s *targettest.CloudWatch) Observer {
	return Observer{transport: &http.Client{Transport: targettest.InProcess{Handler: s.Handler()}}}
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

// A hit is one request as a door publishes it.
type hit struct {
	status                  int
	latency, behind, within float64 // ms: of the door, behind it, of the function
}

func publish(s *targettest.CloudWatch, t targets.Target, at time.Time, h hit) {
	targettest.Publish(s, t, at, targettest.Hit{Status: h.status, Latency: h.latency, Behind: h.behind, Within: h.within})
}
