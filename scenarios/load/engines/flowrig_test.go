package engines

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
)

// A flowRig is a rig whose requests are the steps of flows, at a server that notes
// their paths.
type flowRig struct {
	*rig
	mu    sync.Mutex
	paths []string
}

// flowsAt makes a rig of flows, each written as the paths of its steps: "/a /b".
func flowsAt(t *testing.T, status func(path string) int, flows ...scenarios.Flow) *flowRig {
	f := &flowRig{}
	f.rig = newRig(serve(t, func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.paths = append(f.paths, r.URL.Path)
		f.mu.Unlock()
		w.WriteHeader(status(r.URL.Path))
	}).URL)
	f.job.Requests = nil
	for i := range flows {
		flow := &flows[i]
		for k := range flow.Steps {
			step := &flow.Steps[k]
			step.Request, step.Slot = len(f.job.Requests), k
			step.Repeat.Most = max(1, step.Repeat.Most)
			f.job.Requests = append(f.job.Requests, scenarios.Request{Name: fmt.Sprint(k), Method: "GET", Path: fmt.Sprintf("/%s/%d", flow.Name, k), Timeout: 10 * time.Second})
		}
		flow.Slots = len(flow.Steps)
		f.job.Flows = append(f.job.Flows, scenarios.PlannedFlow{Flow: *flow, Number: i})
		f.job.Stride = max(f.job.Stride, uint64(flow.Sendings()))
	}
	f.job.FlowNumber, f.job.Grace = uint16(len(f.job.Requests)), 5*time.Second
	f.job.Pick = func(seq uint64) uint16 { return uint16(seq % uint64(len(flows))) }
	return f
}

func good(string) int { return 200 }

// apart separates the samples of walks from those of requests.
func (f *flowRig) apart() (steps, walks []results.Sample) {
	for _, s := range f.sorted() {
		if s.Request >= f.job.FlowNumber {
			walks = append(walks, s)
		} else {
			steps = append(steps, s)
		}
	}
	return steps, walks
}

// flowsOf makes a rig of a scenario's flows at a server.
func flowsOf(t *testing.T, file, address string) *flowRig {
	t.Helper()
	s, err := scenarios.Parse("x.yaml", []byte(file), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	p, err := scenarios.NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	f := &flowRig{rig: newRig(address)}
	f.job.Requests, f.job.Flows, f.job.Stride, f.job.Pick = p.Sent, p.Flows(), p.Stride, p.Populations[0].Pick
	f.job.FlowNumber, f.job.Grace = uint16(len(p.Sent)), 5*time.Second
	return f
}
