package overhead

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// overheadWorld is what ten stages measured at a door whose parts are known.
func overheadWorld(seed uint64) (probe.History, probe.Evidence, map[string]float64) {
	chance := rand.New(rand.NewPCG(seed, 2))
	draw := func(mean float64) float64 { return mean * (0.5 + chance.Float64()) }
	evidence := probe.Evidence{}
	var sum, latency, integration float64
	var h probe.History
	for b := range blocks {
		m := probe.Measured{Stage: probe.Constant("steady", 20, time.Second), Due: 20}
		for i := range 20 {
			network, gateway, way, function := draw(12), draw(7), draw(3), draw(40)
			id := fmt.Sprintf("%d-%d", b, i)
			evidence.Invocations = append(evidence.Invocations, targets.Invocation{RequestID: id, Duration: probe.FromMS(function)})
			s := results.Sample{Code: 200, Service: probe.FromMS(network + gateway + way + function), Reused: i > 0, Mark: results.Mark{RequestID: id}}
			if i == 0 {
				s.DNS, s.Connect, s.TLS = probe.FromMS(2), probe.FromMS(10), probe.FromMS(20)
			}
			sum++
			latency += gateway + way + function
			integration += way + function
			m.Samples = append(m.Samples, s)
		}
		h = append(h, m)
	}
	watched := func(role targets.Role, total float64) results.ObservedMetric {
		return results.ObservedMetric{Role: string(role), Total: map[string]float64{"SampleCount": sum, "Average": total / sum}}
	}
	evidence.Observed = &results.ObservedDoc{Metrics: []results.ObservedMetric{watched(targets.RoleLatency, latency), watched(targets.RoleIntegration, integration)}}
	return h, evidence, map[string]float64{"network": 12, "gateway": 7, "to_function": 3, "function": 40, "dns": 0.1, "connect": 0.5, "tls": 1, "total": 63.6}
}

func TestTheTimeOfARequestIsSplitIntoItsParts(t *testing.T) {
	h, evidence, truth := overheadWorld(1)
	f := conclude(h, evidence)
	sum := 0.0
	for name, want := range truth {
		v, there := f.Values[name]
		if !there {
			t.Fatalf("there is no %s: %s", name, f.Conclusion)
		}
		t.Logf("%s: %.3f ms, truth %.3f", name, v.Value, want)
		if math.Abs(v.Value-want) > 0.1*want+0.2 {
			t.Errorf("%s is %.3f ms, want %.3f", name, v.Value, want)
		}
		if name != "total" {
			sum += v.Value
		}
	}
	if math.Abs(sum-f.Values["total"].Value) > 1e-9 {
		t.Errorf("the parts sum up to %.6f, and all together is %.6f", sum, f.Values["total"].Value)
	}
}

func TestPartsThatWereNotObservedAreUnknown(t *testing.T) {
	h, evidence, _ := overheadWorld(2)
	f := conclude(h, probe.Evidence{})
	for _, name := range []string{"gateway", "function", "network", "to_function"} {
		if v, there := f.Values[name]; there {
			t.Errorf("%s is %v though nobody observed it", name, v.Value)
		}
	}
	evidence.Observed.Metrics[0].Total["SampleCount"] *= 2 // somebody else's requests in the same minutes
	f = conclude(h, evidence)
	if v, there := f.Values["gateway"]; there {
		t.Errorf("gateway is %v though others were counted", v.Value)
	}
	if f.Values["total"].Value == 0 {
		t.Error("what the client measured is not evidence")
	}
}

// The gateway's part has an interval that holds the true mean, and is no wider than
// what its evidence gives: minutes of CloudWatch, joined requests, or neither.
func TestTheGatewaysPartHasAnInterval(t *testing.T) {
	widths := map[string]float64{}
	for name, change := range map[string]func(*probe.Evidence){
		"joined": func(*probe.Evidence) {},
		"alone":  func(e *probe.Evidence) { e.Invocations = nil },
		"minutes": func(e *probe.Evidence) {
			e.Invocations = nil
			for minute := range 8 {
				at := time.Unix(int64(60*minute), 0)
				for i, average := range []float64{50, 43 + 0.2*float64(minute%2)} {
					m := &e.Observed.Metrics[i]
					m.Points = append(m.Points, results.ObservedPoint{At: at, Values: map[string]float64{"SampleCount": 100, "Average": average}})
				}
			}
		},
	} {
		covered := 0
		const worlds = 200
		for seed := range uint64(worlds) {
			h, evidence, truth := overheadWorld(seed)
			change(&evidence)
			v := conclude(h, evidence).Values["gateway"]
			if v.Low == nil || v.High == nil {
				t.Fatalf("%s: the gateway's part has no interval", name)
			}
			if *v.Low <= truth["gateway"] && truth["gateway"] <= *v.High {
				covered++
			}
			widths[name] = *v.High - *v.Low
		}
		if name != "minutes" && covered < 0.94*worlds {
			t.Errorf("%s: the interval holds the mean in %d of %d worlds", name, covered, worlds)
		}
	}
	if !(widths["minutes"] < widths["joined"] && widths["joined"] < widths["alone"]) {
		t.Errorf("widths %v", widths)
	}
}

// Responses of a cache have no IntegrationLatency: the two means are not of the same
// requests then.
func TestMeansOfDifferentRequestsAreNotSubtracted(t *testing.T) {
	h, evidence, _ := overheadWorld(3)
	evidence.Observed.Metrics[1].Total["SampleCount"] /= 2
	f := conclude(h, evidence)
	for _, name := range []string{"gateway", "to_function"} {
		if v, there := f.Values[name]; there {
			t.Errorf("%s is %v, though half of the requests did not reach the integration", name, v.Value)
		}
	}
	if _, there := f.Values["network"]; !there {
		t.Error("the network's part is of all requests")
	}
}
