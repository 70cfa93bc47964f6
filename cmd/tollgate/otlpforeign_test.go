//go:build foreign

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tollgate/results"
	"tollgate/targets/process"
)

// TestACollectorGetsWhatTheReportSays starts the receiver of an OpenTelemetry Collector,
// built from its own Go modules, and holds what it got against the reports of runs.
func TestACollectorGetsWhatTheReportSays(t *testing.T) {
	program := filepath.Join(t.TempDir(), "collector")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Dir = filepath.Join("..", "..", "results", "otlp", "testdata", "collector")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	address, err := process.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	collector := exec.Command(program, address)
	collector.Stderr = os.Stderr
	end, err1 := collector.StdinPipe() // open while it lives
	lines, err2 := collector.StdoutPipe()
	if err1 != nil || err2 != nil || collector.Start() != nil {
		t.Fatal(err1, err2)
	}
	t.Cleanup(func() { _ = end.Close(); _ = collector.Wait() }) // after the script, which runs in parallel
	got := make(chan []byte, 100)
	go func() {
		r := bufio.NewReader(lines)
		for {
			line, err := r.ReadBytes('\n')
			if err != nil {
				return
			}
			got <- line
		}
	}()
	own := maps.Clone(commands)
	own["collected"] = func(ts *testscript.TestScript, _ bool, args []string) { collected(ts, got, args) }
	testscript.Run(t, testscript.Params{
		Files: []string{filepath.Join("testdata", "script", "foreign", "otlp.txtar")}, RequireExplicitExec: true, Cmds: own,
		Setup: func(env *testscript.Env) error {
			env.Setenv("COLLECTOR", address)
			return outside(env)
		},
	})
}

// A delivered is what a Collector got in one delivery, as OTLP/JSON, as far as it is looked at.
type delivered struct {
	ResourceMetrics []struct {
		ScopeMetrics []struct {
			Metrics []struct {
				Name                 string
				Sum, Gauge           struct{ DataPoints []deliveredPoint }
				ExponentialHistogram struct{ DataPoints []deliveredPoint }
			}
		}
	}
}

type deliveredPoint struct {
	Attributes []struct {
		Key   string
		Value struct{ StringValue string }
	}
	AsInt, Count, ZeroCount string
	AsDouble                float64
	Scale                   int
	Positive                struct {
		Offset       int
		BucketCounts []string
	}
}

func (p *deliveredPoint) is(key, value string) bool {
	for _, a := range p.Attributes {
		if a.Key == key {
			return a.Value.StringValue == value
		}
	}
	return false
}

// collected RUN N WHAT reads at least N deliveries, up to that with the conclusions, and
// compares: with WHAT "delta" their sum, otherwise the last of them.
func collected(ts *testscript.TestScript, got <-chan []byte, args []string) {
	run, err := results.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	least, err := strconv.Atoi(args[1])
	ts.Check(err)
	var all []delivered
	for concluded := false; !concluded; {
		select {
		case line := <-got:
			var d delivered
			ts.Check(json.Unmarshal(line, &d))
			all = append(all, d)
			for _, m := range d.ResourceMetrics[0].ScopeMetrics[0].Metrics {
				concluded = concluded || m.Name == "tollgate.run.result"
			}
		case <-time.After(10 * time.Second):
			ts.Fatalf("the collector got %d deliveries, and no conclusion", len(all))
		}
	}
	if len(all) < least-1 { // a second that took longer on a busy machine goes with the next
		ts.Fatalf("the collector got %d deliveries, want %d", len(all), least)
	}
	last := all[len(all)-1:]
	if args[2] == "delta" {
		last = all
	}
	for i := range run.Document.Targets {
		t := &run.Document.Targets[i]
		ts.Check(holds(last, t))
	}
}

func whole(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // "" is none
	return n
}

// holds compares deliveries with a target's figures.
func holds(all []delivered, t *results.TargetDoc) error {
	var requests, bytes, times, zeros int64
	buckets := map[int]int64{} // by their numbers at scale
	scale := 1 << 10
	said := map[string]float64{}
	each := func(do func(name string, p *deliveredPoint)) {
		for _, d := range all {
			for _, m := range d.ResourceMetrics[0].ScopeMetrics[0].Metrics {
				for _, points := range [][]deliveredPoint{m.Sum.DataPoints, m.Gauge.DataPoints, m.ExponentialHistogram.DataPoints} {
					for i := range points {
						if points[i].is("tollgate.target", t.Name) {
							do(m.Name, &points[i])
						}
					}
				}
			}
		}
	}
	good := func(name string, p *deliveredPoint) bool {
		return name == "tollgate.response.duration" && p.is("tollgate.outcome", "ok")
	}
	each(func(name string, p *deliveredPoint) {
		switch {
		case name == "tollgate.requests":
			requests += whole(p.AsInt)
		case name == "tollgate.io":
			bytes += whole(p.AsInt)
		case good(name, p):
			scale = min(scale, p.Scale)
		case name == "tollgate.target.percentile" && p.is("tollgate.clock", "response"):
			for _, q := range []string{"50", "90", "99"} {
				if p.is("tollgate.percentile", q) {
					said[q] = p.AsDouble
				}
			}
		}
	})
	each(func(name string, p *deliveredPoint) {
		if !good(name, p) {
			return
		}
		times, zeros = times+whole(p.Count), zeros+whole(p.ZeroCount)
		for i, n := range p.Positive.BucketCounts {
			buckets[(p.Positive.Offset+i)>>(p.Scale-scale)] += whole(n)
		}
	})
	l := t.Latency["response"]
	if requests != t.Requests || bytes != t.BytesIn+t.BytesOut || times != l.N || requests == 0 {
		return fmt.Errorf("%s: the collector got %d requests, %d bytes and %d durations; the report has %d, %d and %d", t.Name, requests, bytes, times, t.Requests, t.BytesIn+t.BytesOut, l.N)
	}
	for q, p := range map[float64]*float64{50: l.P50, 90: l.P90, 99: l.P99} {
		if p == nil {
			return fmt.Errorf("%s: the report has no p%v", t.Name, q)
		}
		want, seen, i := *p/1000, zeros, math.MinInt
		for _, number := range slices.Sorted(maps.Keys(buckets)) {
			if seen += buckets[number]; seen >= int64(math.Ceil(q*float64(times)/100-1e-9)) {
				i = number
				break
			}
		}
		low, high := math.Exp2(math.Ldexp(float64(i), -scale)), math.Exp2(math.Ldexp(float64(i+1), -scale))
		if want < low*(1-1e-9) || want > high*(1+1e-9) || said[fmt.Sprint(q)] != want {
			return fmt.Errorf("%s: p%v is within %v and %v s of the collector's histogram, and said to be %v; the report has %v", t.Name, q, low, high, said[fmt.Sprint(q)], want)
		}
	}
	return nil
}
