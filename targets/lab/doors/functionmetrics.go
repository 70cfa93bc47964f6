package doors

import (
	"maps"
	"sync"

	"tollgate/targets"
	"tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/function/runtime"
)

// FunctionMetrics publish what Lambda counts of one function, whichever door calls it:
// all of its invocations, and apart those by a version or an alias, under the further
// dimension Resource; and of an alias those of each version behind it, under
// ExecutedVersion.
// Source: Lambda developer guide, "Types of metrics for Lambda functions".
type functionMetrics struct {
	store *cloudwatch.Store
	name  string
	all   []*cloudwatch.Series

	mu    sync.Mutex
	apart map[[2]string][]*cloudwatch.Series // by Resource and ExecutedVersion
}

func newFunctionMetrics(f *lambda, store *cloudwatch.Store) *functionMetrics {
	m := &functionMetrics{store: store, name: f.name, apart: map[[2]string][]*cloudwatch.Series{}}
	m.all = m.series(nil)
	return m
}

// series are those of every metric with further dimensions.
func (m *functionMetrics) series(further map[string]string) (all []*cloudwatch.Series) {
	of := targets.Target{Function: targets.Function{Name: m.name}}
	for _, w := range targets.FunctionWatch {
		dims := cloudwatch.Dimensions(w.Dimensions(of))
		maps.Copy(dims, further)
		all = append(all, m.store.Series(w.Namespace, w.Metric, unitOf(w), dims))
	}
	return all
}

// count adds what an exchange called, at the time when the invocation began.
func (m *functionMetrics) count(x *exchange) {
	if m == nil {
		return
	}
	m.put(m.all, x)
	if x.qualifier == "" {
		return
	}
	resource := qualified(m.name, x.qualifier)
	m.put(m.of(resource, ""), x)
	if _, alias := x.version.of.config.Aliases[x.qualifier]; alias {
		m.put(m.of(resource, x.version.name), x)
	}
}

func (m *functionMetrics) put(all []*cloudwatch.Series, x *exchange) {
	for i, w := range targets.FunctionWatch {
		if value, applies := functionReadings[w.Role](x); applies {
			all[i].Put(x.invocation.Begun, value)
		}
	}
}

// of are the series of a Resource, and of one version behind it; "": of all.
func (m *functionMetrics) of(resource, executed string) []*cloudwatch.Series {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := [2]string{resource, executed}
	if m.apart[key] == nil {
		further := map[string]string{"Resource": resource}
		if executed != "" {
			further["ExecutedVersion"] = executed
		}
		m.apart[key] = m.series(further)
	}
	return m.apart[key]
}

// FunctionTruth is what really happened at one function.
type FunctionTruth struct {
	Name string `json:"name"`
	InvocationTruth
	Versions map[string]InvocationTruth `json:"versions"`          // by what ran
	Aliases  map[string]InvocationTruth `json:"aliases,omitempty"` // by what was called, versions by their numbers
}

// InvocationTruth is what really happened in some invocations.
type InvocationTruth struct {
	Invocations int64   `json:"invocations"`
	ColdStarts  int64   `json:"cold_starts"`
	Errors      int64   `json:"function_errors"`
	Throttles   int64   `json:"function_throttles"`
	DurationMS  float64 `json:"duration_ms"`
	BilledMS    int64   `json:"billed_ms"`
}

func (t *InvocationTruth) add(in *invocation) {
	switch {
	case in.Ending.Throttled():
		t.Throttles++
		return
	case in.Ending.Refused():
		return
	}
	t.Invocations++
	addIf(&t.Errors, in.Ending != runtime.Returned)
	addIf(&t.ColdStarts, in.Cold)
	t.DurationMS += milliseconds(in.Duration)
	t.BilledMS += runtime.Billed(in.Init, in.Duration).Milliseconds()
}

// functionCounters count what one function did.
type functionCounters struct {
	mu    sync.Mutex
	truth FunctionTruth
}

func (c *functionCounters) add(x *exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &c.truth
	t.add(&x.invocation)
	if t.Versions == nil {
		t.Versions, t.Aliases = map[string]InvocationTruth{}, map[string]InvocationTruth{}
	}
	count := func(of map[string]InvocationTruth, key string) {
		one := of[key]
		one.add(&x.invocation)
		of[key] = one
	}
	count(t.Versions, x.version.name)
	if x.qualifier != "" {
		count(t.Aliases, x.qualifier)
	}
}

// count counts what x called of f.
func (f *lambda) count(x *exchange) {
	f.counters.add(x)
	f.metrics.count(x)
}

func (f *lambda) truth() FunctionTruth {
	f.counters.mu.Lock()
	defer f.counters.mu.Unlock()
	t := f.counters.truth
	t.Name, t.Versions, t.Aliases = f.name, maps.Clone(t.Versions), maps.Clone(t.Aliases)
	return t
}
