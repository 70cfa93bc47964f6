package probes

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/targets"
)

// A playedPool has so many environments, each of which serves one request at a
// time, for an exponential time; who finds none is turned away (M/M/n/n).
type playedPool struct {
	servers int
	service float64 // seconds, mean
	chance  *rand.Rand
	busy    ends
}

// ends is a heap of points in time.
type ends []float64

func (e ends) Len() int           { return len(e) }
func (e ends) Less(i, j int) bool { return e[i] < e[j] }
func (e ends) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *ends) Push(x any)        { *e = append(*e, x.(float64)) }
func (e *ends) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	*e = (*e)[:last]
	return x
}

func (p *playedPool) answers(samples []results.Sample) {
	for i := range samples {
		at := samples[i].Sent.Seconds()
		for len(p.busy) > 0 && p.busy[0] <= at {
			heap.Pop(&p.busy)
		}
		if len(p.busy) >= p.servers {
			samples[i].Code, samples[i].Mark.Fault = 500, targets.FaultConcurrency
			continue
		}
		took := p.service * p.chance.ExpFloat64()
		heap.Push(&p.busy, at+took)
		samples[i].Service = time.Duration(took * 1e9)
	}
}

// erlangB is the share that finds all of n servers busy at an offered load
// (Erlang 1917), by the usual recursion.
func erlangB(load float64, n int) float64 {
	b := 1.0
	for i := 1; i <= n; i++ {
		b = load * b / (float64(i) + load*b)
	}
	return b
}

// ErlangRate is the arrival rate at which a share is turned away.
func ErlangRate(share, service float64, n int) float64 {
	low, high := 0.0, 10*float64(n)
	for range 60 {
		if mid := (low + high) / 2; erlangB(mid, n) < share {
			low = mid
		} else {
			high = mid
		}
	}
	return low / service
}

func TestTheHighestRateIsFound(t *testing.T) {
	pool := func(n int, service float64) func([]results.Sample) {
		return (&playedPool{servers: n, service: service, chance: rand.New(rand.NewPCG(1, 2))}).answers
	}
	for _, row := range []struct {
		name, probe string
		answer      func([]results.Sample)
		want        float64
		gave        string
	}{
		{"a bucket", "saturation: {from: 10/s, to: 2000/s, for: 5s}", newPlayed(300, 60, 1e-4, 0, 0, 1).answers, 300, "throttled"},
		{"a bucket that lasts for half of a step", "saturation: {from: 10/s, to: 2000/s, for: 8s}", newPlayed(130, 520, 1e-4, 0, 0, 1).answers, 130, "throttled"},
		{"a few environments", "saturation: {from: 20/s, to: 2000/s, for: 20s}", pool(20, 0.05), ErlangRate(0.01, 0.05, 20), "concurrency"},
		{"many environments, and a higher limit", "saturation: {from: 100/s, to: 2000/s, for: 10s, thresholds: [error_share < 5%]}", pool(100, 0.12), ErlangRate(0.05, 0.12, 100), "concurrency"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, h := play(t, posed(t, row.probe), row.answer)
			v := f.Values["highest_rate"]
			t.Logf("%.5g of %.5g, off by %+.2f %%; %d stages; %s", v.Value, row.want, 100*(v.Value/row.want-1), len(h), f.Conclusion)
			if math.Abs(v.Value/row.want-1) > 0.03 || !strings.Contains(f.Conclusion, row.gave) {
				t.Errorf("want %.5g and %q: %v", row.want, row.gave, f.Tables[0].Rows)
			}
			if knee := f.Values["knee"].Value; knee > 1.05*row.want {
				t.Errorf("the knee is at %v", knee)
			}
			if len(f.Series) != 3 || len(f.Series[0].Points) < 5 {
				t.Errorf("series %v", f.Series)
			}
		})
	}
}

func TestAGrowingResponseTimeIsTold(t *testing.T) {
	// One server, 2 ms a request, with a queue: near 500/s the queue grows.
	free := 0.0
	f, _ := play(t, posed(t, `saturation: {from: 20/s, to: 2000/s, for: 5s, thresholds: ["p(99) < 100ms"]}`), func(all []results.Sample) {
		for i := range all {
			at := all[i].Sent.Seconds()
			free = max(free, at) + 0.002
			all[i].Service = time.Duration((free - at) * 1e9)
		}
	})
	if v := f.Values["highest_rate"]; v.Value < 440 || v.Value > 520 || !strings.Contains(f.Conclusion, "the response time grows") {
		t.Errorf("%v: %s", v, f.Conclusion)
	}
	if knee := f.Values["knee"].Value; knee <= 0 || knee > 500 {
		t.Errorf("the knee is at %v", knee)
	}
}

// A generator that cannot send faster than 200/s must not be taken for a target
// that cannot answer faster.
func TestTheGeneratorsOwnKneeIsNeverReported(t *testing.T) {
	free := 0.0
	f, _ := play(t, posed(t, `saturation: {from: 20/s, to: 2000/s, for: 5s, thresholds: ["p(99) < 100ms"]}`), func(all []results.Sample) {
		for i := range all {
			s := &all[i]
			free = max(free, s.Due.Seconds())
			s.Begun, s.Sent = time.Duration(free*1e9), time.Duration(free*1e9)
			free += 0.005
		}
	})
	if f.Verdict != results.Invalid || len(f.Values) != 0 || !strings.Contains(strings.Join(f.Reasons, ";"), "the generator gave way first") {
		t.Errorf("%s: %s %v", f.Verdict, f.Conclusion, f.Values)
	}
}

func TestWhereNothingBreaksNoKneeIsMadeUp(t *testing.T) {
	f, _ := play(t, posed(t, "saturation: {from: 10/s, to: 200/s, for: 1s}"), func([]results.Sample) {})
	if f.Verdict != results.Valid || f.Values["highest_rate_tried"].Value != 200 {
		t.Errorf("%s: %s", f.Verdict, f.Conclusion)
	}
	f, _ = play(t, posed(t, "saturation: {from: 10/s, to: 200/s, for: 1s}"), func(all []results.Sample) {
		for i := range all {
			all[i].Code = 500
		}
	})
	if _, there := f.Values["highest_rate"]; there || !strings.Contains(f.Conclusion, "did not hold at any rate") {
		t.Errorf("%s: %s", f.Verdict, f.Conclusion)
	}
}
