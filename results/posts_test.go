package results

import (
	"strings"
	"testing"
	"time"

	"tollgate/targets"
)

// posting is a run of 90 messages with a reply after 12 ms and 30 without one, which are
// written in 2 µs, at one target.
func posting(requests map[string]string) *Run {
	run := newRun()
	run.Document.Targets = []TargetDoc{{Name: "chat", Kind: targets.WebSocketAPI.Name, Messages: true}}
	run.Document.Requests, run.Document.SocketSteps = []string{"ask", "say"}, requests
	for i, n := range []int64{90, 30} {
		if run.Document.SocketSteps[run.Document.Requests[i]] == "" {
			continue
		}
		s := Second{Request: uint16(i), Status: map[int]int64{101: n}}
		s.Ended[OK] = n
		run.Seconds = append(run.Seconds, s)
		for _, c := range []Clock{Service, Response} {
			h := New()
			h.RecordN([]time.Duration{12 * time.Millisecond, 2 * time.Microsecond}[i], n)
			run.Series[Key{Request: uint16(i), Clock: c}] = h
		}
	}
	return run
}

func TestMessagesWithoutReplyHaveNoResponseTime(t *testing.T) {
	mixed, alone := posting(map[string]string{"ask": StepSends, "say": StepPosts}), posting(map[string]string{"say": StepPosts})
	for _, c := range []struct {
		what      string
		run       *Run
		timed     int64
		threshold string
		why       string // "": it passes
	}{
		{"others have their times alone", mixed, 90, "chat: max > 11ms", ""},
		{"and so the least of all", mixed, 90, "chat: p(10) > 11ms", ""},
		{"the request has its own", mixed, 90, "chat/say: max < 1ms", ""},
		{"without others there is none", alone, 0, "chat: max < 1ms", "no replies are awaited"},
		{"errors are those that the client saw", alone, 0, "chat: error_share < 1%", ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			c.run.Document.Thresholds = []ThresholdResult{{Threshold: c.threshold}}
			doc := Summarise(c.run)
			if got := doc.Targets[0].Latency[Response.String()].N; got != c.timed || c.run.Good(0).Count() != c.timed {
				t.Errorf("%d and %d times, want %d", got, c.run.Good(0).Count(), c.timed)
			}
			if len(doc.Thresholds) != 1 {
				t.Fatalf("%s is no threshold", c.threshold)
			}
			if r := doc.Thresholds[0]; r.Passed != (c.why == "") || !strings.Contains(r.Why, c.why) {
				t.Errorf("%+v", r)
			}
			if n, _ := doc.Unanswered(&doc.Targets[0]); n != 30 {
				t.Errorf("%d messages without a reply", n)
			}
		})
	}
}

// What CloudWatch counted as errors and no reply told is said, and no error share passes by it.
func TestErrorsOfMessagesWithoutReply(t *testing.T) {
	errs := func(role targets.Role, n float64) ObservedMetric {
		return ObservedMetric{Role: string(role), Total: map[string]float64{"Sum": n}}
	}
	only := map[string]string{"say": StepPosts}
	for _, c := range []struct {
		what    string
		steps   map[string]string
		failed  int64 // as the client saw it
		metrics []ObservedMetric
		want    string // "": nothing is doubted
	}{
		{"none", only, 0, []ObservedMetric{errs(targets.RoleRefusals, 0), errs(targets.RoleMessages, 500)}, ""},
		{"not read", only, 0, nil, ""},
		{"refusals", only, 0, []ObservedMetric{errs(targets.RoleRefusals, 9005), errs(targets.RoleExecutionErrors, 15462)}, "9,005 refused by the front door and 15,462 with an error in calling the integration in the minutes of this run, and the client saw 0 failures: of 30 messages without a reply"},
		{"refused handshakes that the client knows", only, 7, []ObservedMetric{errs(targets.RoleRefusals, 7)}, ""},
		{"every message has a reply", map[string]string{"ask": StepSends}, 0, []ObservedMetric{errs(targets.RoleRefusals, 3)}, ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			run := posting(c.steps)
			run.Document.Targets[0].Sockets = &SocketDoc{Failed: c.failed}
			run.Document.Thresholds = []ThresholdResult{{Threshold: "chat: error_share < 1%"}}
			run.Observed = &Observed{Targets: []ObservedDoc{{Target: "chat", Metrics: c.metrics}}}
			doc := Summarise(run)
			said := strings.Join(doc.Reasons, "; ")
			if doubted := strings.Contains(said, "without a reply"); doubted != (c.want != "") || !strings.Contains(said, c.want) {
				t.Errorf("%s, %q", doc.Verdict, said)
			}
			if r := doc.Thresholds[0]; r.Passed != (c.want == "") || !strings.Contains(r.Why, c.want) {
				t.Errorf("%+v", r)
			}
			if c.want != "" && doc.Verdict != Suspect {
				t.Errorf("%s", doc.Verdict)
			}
		})
	}
}
