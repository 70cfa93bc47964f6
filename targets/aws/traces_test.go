package aws

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	"tollgate/targets"
	"tollgate/targets/lab"
)

func TestTracesShowEveryColdStartOfEveryFunction(t *testing.T) {
	_, ts := world(t, lab.Config{Function: lab.Function{Tracing: &lab.Tracing{Share: 1}}})
	for _, target := range ts {
		a := opened(t, target)
		from, to := minuteAround()
		send(t, target, 12)
		ids, err := a.TraceIDs(t.Context(), target, from, to)
		if err != nil || len(ids) != 12 {
			t.Fatalf("%s: %d traces, %v", target.Name, len(ids), err)
		}
		traces, err := a.Traces(t.Context(), target, append(ids, "1-00000000-000000000000000000000000"))
		if err != nil || len(traces) != 12 {
			t.Fatalf("%s: %d of 12 traces, %v", target.Name, len(traces), err)
		}
		cold := 0
		for _, one := range traces {
			if one.Init > 0 {
				cold++
				if one.Ahead || (one.Init-20*time.Millisecond).Abs() > 10*time.Microsecond {
					t.Errorf("%s: %+v, want an INIT of 20 ms", target.Name, one)
				}
			}
			if len(one.RequestID) != 36 || one.At.Before(from) || one.At.After(to) {
				t.Errorf("%s: %+v", target.Name, one)
			}
		}
		if cold != 1 {
			t.Errorf("%s: %d cold starts, want 1", target.Name, cold)
		}
	}
	if ids, err := opened(t, ts[0]).TraceIDs(t.Context(), ts[0], time.Now().Add(-20*time.Hour), time.Now().Add(-time.Hour)); err != nil || len(ids) != 0 {
		t.Errorf("in twenty hours before: %v, %v", ids, err)
	}
}

func TestTracesShowInitsThatNoRequestWaitedFor(t *testing.T) {
	_, ts := world(t, lab.Config{Doors: []lab.DoorConfig{{Kind: "function-url", Function: &lab.Function{
		Proactive: 1, Tracing: &lab.Tracing{Share: 1}, Init: &lab.LogNormal{Median: lab.Duration(20 * time.Millisecond)},
	}}}})
	a, target := opened(t, ts[0]), ts[0]
	from, to := minuteAround()
	send(t, target, 1)
	ids, err := a.TraceIDs(t.Context(), target, from, to)
	if err != nil {
		t.Fatal(err)
	}
	traces, err := a.Traces(t.Context(), target, ids)
	if err != nil || len(traces) != 1 || !traces[0].Ahead || traces[0].Init == 0 {
		t.Errorf("%+v, %v", traces, err)
	}
}

func TestATraceOfAnotherFunctionIsLeftOut(t *testing.T) {
	document := func(name, origin, rest string) types.Segment {
		return types.Segment{Document: aws.String(`{"name":"` + name + `","origin":"` + origin + `","start_time":1.5e9,"end_time":1.6e9` + rest + `}`)}
	}
	init := `,"subsegments":[{"name":"Initialization","start_time":1.49e9,"end_time":1.5e9}]`
	for name, row := range map[string]struct {
		segments []types.Segment
		found    bool
		ahead    bool
		fails    string
	}{
		"another function":           {[]types.Segment{document("other", "AWS::Lambda::Function", init)}, false, false, ""},
		"what called it":             {[]types.Segment{document("f", "AWS::ApiGateway::Stage", init)}, false, false, ""},
		"nothing":                    {nil, false, false, ""},
		"without the service":        {[]types.Segment{document("f", "AWS::Lambda::Function", init)}, true, false, ""},
		"with the service":           {[]types.Segment{document("f", "AWS::Lambda", ""), document("f", "AWS::Lambda::Function", init)}, true, true, ""},
		"a document that is no JSON": {[]types.Segment{{Document: aws.String("{")}}, false, false, "cannot be read"},
		"a number that is none":      {[]types.Segment{{Document: aws.String(`{"start_time":"soon"}`)}}, false, false, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			got, found, err := traceOf(types.Trace{Segments: row.segments}, "f")
			if found != row.found || got.Ahead != row.ahead || (err == nil) != (row.fails == "") || err != nil && !strings.Contains(err.Error(), row.fails) {
				t.Errorf("%+v, %v, %v", got, found, err)
			}
		})
	}
}

func TestTracesNeedAFunction(t *testing.T) {
	_, ts := world(t, lab.Config{})
	nameless := ts[0]
	nameless.Function = targets.Function{}
	a := opened(t, nameless)
	if _, err := a.TraceIDs(t.Context(), nameless, time.Now(), time.Now()); err == nil || !strings.Contains(err.Error(), "which function") {
		t.Errorf("got %v", err)
	}
	if _, err := a.Traces(t.Context(), nameless, []string{"1"}); err == nil || !strings.Contains(err.Error(), "which function") {
		t.Errorf("got %v", err)
	}
}
