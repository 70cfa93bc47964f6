package doors

import (
	"cmp"
	"strings"

	"tollgate/targets/lab/aws/xray"
	"tollgate/targets/lab/function/runtime"
)

// A Tracing has X-Ray record some of a function's invocations, as a function
// with active tracing does. Its zero value is Lambda's own rule.
type Tracing = xray.Rule

type tracer struct {
	sampler xray.Sampler
	chance  stream
	traces  *xray.Traces
}

// newTracer returns what records for f, nil where nothing does.
func newTracer(f *lambda, traces *xray.Traces, seed uint64) *tracer {
	t := f.config.Tracing
	if t == nil {
		return nil
	}
	return &tracer{sampler: xray.Sampler{Rule: cmp.Or(*t, xray.DefaultRule)}, chance: newStream(seed, f.name+" tracing"), traces: traces}
}

// traceOf is the tracing header of x, made up once. It says whether X-Ray
// records what x invokes.
func (d *door) traceOf(x *exchange) string {
	if x.trace == "" {
		t := x.tracer()
		sampled := t != nil && t.sampler.Take(x.begun, t.chance.uniform(x.nth))
		x.trace = traceID(x.begun, sampled)
	}
	return x.trace
}

// record keeps the trace of what x invoked, if it is sampled. Not recorded are
// invocations that their door did not wait for, and streams of real functions.
func (d *door) record(x *exchange) {
	in, tracer := &x.invocation, x.tracer()
	if tracer == nil || !x.called || x.pending || x.relay != nil || in.Ending.Refused() {
		return
	}
	root, sampled := strings.CutSuffix(d.traceOf(x), traceSampled)
	if !sampled {
		return
	}
	t := xray.Trace{
		ID: strings.TrimPrefix(root, traceRoot), Request: x.invoked.String(), Function: x.version.of.name,
		Received: x.ready, Duration: in.Duration, Failed: in.Ending != runtime.Returned,
	}
	switch {
	case in.Cold:
		t.Init = in.Init
	case in.ahead:
		t.Init, t.Ahead = in.early, true
	}
	tracer.traces.Add(t)
}

// tracer records what x calls; nil: nothing does.
func (x *exchange) tracer() *tracer {
	if x.version == nil {
		return nil
	}
	return x.version.of.tracer
}
