package xray

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tollgate/targets/lab/aws/protocol"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func idOf(n int) string { return fmt.Sprintf("1-%08x-%024x", noon.Unix(), n) }

// ask sends one request and returns its status and its body.
func ask(s *protocol.REST, path, body string) (status int, answer string) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
	return w.Code, w.Body.String()
}

// kept are n traces of a function, one a second from noon on.
func kept(n int, now time.Time) *Traces {
	s := New(func() time.Time { return now }, "us-east-1", "123456789012")
	for i := range n {
		s.Add(Trace{ID: idOf(i), Function: "f", Received: noon.Add(time.Duration(i) * time.Second), Duration: time.Second})
	}
	return s
}

// summariesOf lists what a question finds, over all pages.
func summariesOf(t *testing.T, s *Traces, question string) (ids []string) {
	t.Helper()
	for token := ""; ; {
		status, body := ask(s.Service(), "/TraceSummaries", strings.Replace(question, "{", `{"NextToken":"`+token+`",`, 1))
		var page struct {
			TraceSummaries []struct{ ID string }
			NextToken      string
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil || status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		for _, one := range page.TraceSummaries {
			ids = append(ids, one.ID)
		}
		if token = page.NextToken; token == "" {
			return ids
		}
	}
}

func TestSummariesAreFoundByTimeAndFunctionOverAllPages(t *testing.T) {
	s := kept(3*onePage+7, noon.Add(time.Hour))
	s.Add(Trace{ID: "other", Function: "g", Received: noon.Add(time.Second)})
	window := fmt.Sprintf(`{"StartTime":%d,"EndTime":%d`, noon.Unix(), noon.Unix()+250)
	if ids := summariesOf(t, s, window+"}"); len(ids) != 251 || ids[0] != "other" || ids[1] != idOf(249) || ids[250] != idOf(0) {
		t.Errorf("%d traces, the first %s", len(ids), ids[0])
	}
	filter := `,"FilterExpression":"service(id(name: \"%s\", type: \"AWS::Lambda::Function\"))"}`
	if ids := summariesOf(t, s, window+fmt.Sprintf(filter, "g")); len(ids) != 1 || ids[0] != "other" {
		t.Errorf("of g: %v", ids)
	}
	if ids := summariesOf(t, s, window+fmt.Sprintf(filter, "h")); len(ids) != 0 {
		t.Errorf("of h: %v", ids)
	}
}

func TestTracesCanBeReadOnceTheyHaveEnded(t *testing.T) {
	s := kept(10, noon.Add(5*time.Second)) // the fifth has just ended
	if ids := summariesOf(t, s, fmt.Sprintf(`{"StartTime":%d,"EndTime":%d}`, noon.Unix(), noon.Unix()+60)); len(ids) != 5 {
		t.Errorf("%d can be read, want 5", len(ids))
	}
	status, body := ask(s.Service(), "/Traces", `{"TraceIds":["`+idOf(4)+`","`+idOf(5)+`"]}`)
	if status != 200 || !strings.Contains(body, `"UnprocessedTraceIds":["`+idOf(5)+`"]`) || !strings.Contains(body, `"Id":"`+idOf(4)+`"`) {
		t.Errorf("%d %s", status, body)
	}
}

func TestOnlyTheLatestAreKept(t *testing.T) {
	s := kept(mostKept+3, noon.Add(24*time.Hour))
	for n, want := range map[int]bool{0: false, 2: false, 3: true, mostKept + 2: true} {
		if _, found := s.find(idOf(n)); found != want {
			t.Errorf("trace %d is there: %v", n, found)
		}
	}
	if len(s.all) != mostKept || len(s.byID) != mostKept {
		t.Errorf("%d and %d are kept", len(s.all), len(s.byID))
	}
}

func TestQuestionsThatAreRefused(t *testing.T) {
	s := kept(1, noon).Service()
	for name, row := range map[string]struct{ path, body, want string }{
		"no window":            {"/TraceSummaries", `{}`, "StartTime is required"},
		"a window from behind": {"/TraceSummaries", `{"StartTime":5,"EndTime":4}`, "must not be before"},
		"too long a window":    {"/TraceSummaries", `{"StartTime":5,"EndTime":21606}`, "6 hours"},
		"a filter":             {"/TraceSummaries", `{"StartTime":5,"EndTime":6,"FilterExpression":"responsetime > 5"}`, "understands one filter"},
		"a token":              {"/TraceSummaries", `{"StartTime":5,"EndTime":6,"NextToken":"x"}`, "NextToken"},
		"no traces":            {"/Traces", `{}`, "TraceIds is required"},
		"too many traces":      {"/Traces", `{"TraceIds":["1","2","3","4","5","6"]}`, "greater than 5"},
		"an empty id":          {"/Traces", `{"TraceIds":[""]}`, "is required"},
		"another operation":    {"/TraceGraph", `{}`, "no operation of this endpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			if status, body := ask(s, row.path, row.body); status < 400 || status >= 500 || !strings.Contains(body, row.want) {
				t.Errorf("%d %s, want %s", status, body, row.want)
			}
		})
	}
}

func TestInitIsASubsegmentWhereTheEnvironmentWasNew(t *testing.T) {
	const init, ran = 200 * time.Millisecond, 50 * time.Millisecond
	for name, row := range map[string]struct {
		trace  Trace
		begins time.Duration // INIT, since the request was received; 1 for no INIT
		total  time.Duration
	}{
		"a warm one":       {Trace{Duration: ran}, 1, ran},
		"a cold start":     {Trace{Init: init, Duration: ran}, 0, init + ran},
		"one begun before": {Trace{Init: init, Ahead: true, Duration: ran}, -aheadBy - init, ran},
	} {
		t.Run(name, func(t *testing.T) {
			row.trace.ID, row.trace.Received = idOf(0), noon
			all := row.trace.segments("arn", "account")
			if took := all[0].End - all[0].Start; all[0].Start != seconds(noon) || !near(took, row.total) || all[1].Parent != all[0].ID || all[0].ID == all[1].ID {
				t.Errorf("%+v", all)
			}
			first := all[1].Subsegments[0]
			switch {
			case row.begins == 1:
				if len(all[1].Subsegments) != 1 || first.Name != "Invocation" {
					t.Errorf("%+v", all[1].Subsegments)
				}
			case first.Name != "Initialization" || !near(first.Start-seconds(noon), row.begins) || !near(first.End-first.Start, init):
				t.Errorf("%+v", first)
			}
		})
	}
}

func near(s float64, d time.Duration) bool { return s-d.Seconds() < 2e-6 && d.Seconds()-s < 2e-6 }

func TestTheSamplerTakesTheFirstOfEachSecondAndAShare(t *testing.T) {
	s := Sampler{Rule: Rule{Reservoir: 2, Share: 0.25}}
	taken := 0
	for second := range 10 {
		for i := range 100 {
			at := noon.Add(time.Duration(second)*time.Second + time.Duration(i)*time.Millisecond)
			if s.Take(at, float64(i)/100) {
				taken++
			}
		}
	}
	// Two of each second, and of the other 98 those with a chance below a quarter: 23.
	if taken != 10*(2+23) {
		t.Errorf("%d of 1000 were taken, want 250", taken)
	}
}

func FuzzQuestions(f *testing.F) {
	f.Add("/TraceSummaries", `{"StartTime":1.7e9,"EndTime":1.7e9,"NextToken":"9"}`)
	f.Add("/Traces", `{"TraceIds":["1-5759e988-bd862e3fe1be46a994272793"]}`)
	s := kept(5, noon.Add(time.Hour)).Service()
	f.Fuzz(func(t *testing.T, path, body string) {
		if path != "/TraceSummaries" && path != "/Traces" {
			return
		}
		if status, answer := ask(s, path, body); status >= 500 || !json.Valid([]byte(answer)) {
			t.Fatalf("%s %q: %d %s", path, body, status, answer)
		}
	})
}
