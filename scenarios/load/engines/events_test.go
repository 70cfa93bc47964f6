package engines

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/check"
	"tollgate/scenarios/events"
	"tollgate/scenarios/load"
	"tollgate/targets/lab"
)

// An eventServer streams events and notes when it handed each to the connection.
type eventServer struct {
	mu   sync.Mutex
	sent [][]time.Time
}

// send sends texts with pauses before them, which the server's own clock times.
func (s *eventServer) send(w http.ResponseWriter, pause time.Duration, texts ...string) {
	out := http.NewResponseController(w)
	var at []time.Time
	for _, text := range texts {
		time.Sleep(pause) // the gap that is to be measured
		at = append(at, time.Now())
		_, _ = io.WriteString(w, text)
		_ = out.Flush()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, at)
}

// gaps are those between the events of the latest response, without its end marker.
func (s *eventServer) gaps(events int) (all []time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.sent[len(s.sent)-1]
	for i := 1; i < events; i++ {
		all = append(all, at[i].Sub(at[i-1]))
	}
	return all
}

// streaming makes the only request of a rig one whose response is read as events.
func (r *rig) streaming(t *testing.T, o events.Options, expect string) {
	q := &r.job.Requests[0]
	q.Stream = &o
	q.Expect = expectingEvents(t, expect, o)
	o.Keep = q.Expect.ReadsEvents()
}

// Counts are those that the server sent, over both versions of HTTP, and so are gaps (see
// timesOfEvents).
func TestEventsAreThoseThatWereSent(t *testing.T) {
	t.Parallel()
	texts := []string{"data: a\n\n", "event: x\ndata: b\n\n: c\n\n", "data: {\"n\": 3}\r\n\r\n", "data: [DONE]\n\n"}
	o := events.Options{Format: events.Server, End: events.End{Data: "[DONE]"}}
	test := func(t *testing.T, e load.Kind, url string, s *eventServer, http scenarios.Protocol) {
		retried(t, func() string {
			r := newRig(url)
			r.job.Options.HTTP = http
			r.streaming(t, o, "{events: {max: 3, first: {contains: a}, last: {json: {$.n: 3}}}}")
			got := r.drive(t, e, every(time.Millisecond, 1))[0]
			if got.Err != results.ErrNone || got.Events == nil || got.Events.Count != 3 || got.Events.Cut {
				t.Fatalf("%v %q, events %+v, %+v", got.Err, got.Check, got.Events, got.Excerpt)
			}
			sent, h := s.gaps(3), got.Events.Gaps.Histogram()
			first, longest := min(sent[0], sent[1]), max(sent[0], sent[1])
			if h.Count() != 2 || got.Events.First <= 0 || got.Events.Longest < h.Min() {
				t.Fatalf("%d gaps from %v to %v, the first event after %v", h.Count(), h.Min(), got.Events.Longest, got.Events.First)
			}
			if timesOfEvents && (!near(h.Min(), first) || !near(got.Events.Longest, longest) || !near(got.Events.First, 20*time.Millisecond)) {
				return fmt.Sprintf("%d gaps from %v to %v, the first event after %v; the server's own are %v", h.Count(), h.Min(), got.Events.Longest, got.Events.First, sent)
			}
			return ""
		})
	}
	eachEngine(t, func(t *testing.T, e load.Kind) {
		s := &eventServer{}
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) { s.send(w, 20*time.Millisecond, texts...) })
		test(t, e, server.URL, s, "")
	})
	eachHTTP2(t, func(t *testing.T, e load.Kind) {
		s := &eventServer{}
		server, _ := http2Server(t, false, func(w http.ResponseWriter, _ *http.Request) { s.send(w, 20*time.Millisecond, texts...) })
		test(t, e, server.URL, s, scenarios.HTTP2)
	})
}

// near allows for what a machine with other work adds to one wait, and takes from the next.
func near(got, want time.Duration) bool { return max(got-want, want-got) < 8*time.Millisecond }

// What ends early is recorded as that, with the wait that was cut off.
func TestStreamsThatEndEarlyAreRecorded(t *testing.T) {
	t.Parallel()
	o := events.Options{Format: events.Server, End: events.End{Data: "[DONE]"}}
	for _, row := range []struct {
		name    string
		options events.Options
		expect  string
		answer  http.HandlerFunc
		err     results.ErrClass
		check   string
		saw     string
		events  int64 // -1: none were read
		cut     bool
		longest time.Duration // at least
	}{
		{"no end", o, "", says("data: a\n\ndata: b\n\n"), results.ErrUnexpected, "events: want [DONE] at the end", "the response ended after 2 events without it", 2, true, 0},
		{"the connection ends", o, "", breaks("data: a\n\n"), results.ErrReset, "", "within the response", 1, true, 0},
		{"silence", o, "", stalls("data: a\n\n"), results.ErrTimeout, "", "receiving the response", 1, true, 100 * time.Millisecond},
		{"no event", o, "{events: {min: 1}}", says("data: [DONE]\n\n"), results.ErrUnexpected, "events: want at least 1", "got 0", 0, false, 0},
		{"a page", events.Options{Format: events.Server}, "", says("<html>no</html>"), results.ErrUnexpected, "events: want at least 1", "got 0", 0, false, 0},
		{"too many", events.Options{Format: events.Lines}, "{events: {max: 2}}", says("1\n2\n3"), results.ErrUnexpected, "events: want at most 2", "got 3", 3, false, 0},
		{"another last line", events.Options{Format: events.Lines}, "{events: {last: {json: {$.n: 3}}}}", says("{\"n\":1}\n{\"n\":2}\n"), results.ErrUnexpected, "last event: json $.n: want 3", "got 2", 2, false, 0},
		{"a coding", events.Options{Format: events.Lines}, "", coded("1\n2\n"), results.ErrUnexpected, "events: want at least 1", "compressed with gzip", -1, false, 0},
		{"an error", o, "", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "data: a\n\n", http.StatusServiceUnavailable)
		}, results.ErrNone, "", "", -1, false, 0},
		{"an error that is expected", o, "{status: 503}", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "x", http.StatusServiceUnavailable) }, results.ErrNone, "", "", -1, false, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				r := newRig(serve(t, row.answer).URL)
				r.job.Requests[0].Timeout = 10 * time.Second
				if row.err == results.ErrTimeout {
					r.job.Requests[0].Timeout = time.Second
				}
				r.streaming(t, row.options, row.expect)
				got := r.drive(t, e, every(time.Millisecond, 1))[0]
				if got.Err != row.err || got.Check != row.check {
					t.Errorf("%v %q, want %v %q", got.Err, got.Check, row.err, row.check)
				}
				if row.saw != "" && (got.Excerpt == nil || !strings.Contains(got.Excerpt.Detail, row.saw)) {
					t.Errorf("the excerpt is %+v, want %q", got.Excerpt, row.saw)
				}
				switch x := got.Events; {
				case x == nil || row.events < 0:
					if x != nil || row.events >= 0 {
						t.Errorf("events %+v, want %d", x, row.events)
					}
				case x.Count != row.events || x.Cut != row.cut || x.Longest < row.longest:
					t.Errorf("%+v, want %d events, cut: %v, a gap of %v", x, row.events, row.cut, row.longest)
				}
			})
		})
	}
}

// A stream that never ends is left after as many events as are wanted, and its server finds
// that out. Over HTTP/2 the connection goes on.
func TestEndlessStreamsAreLeft(t *testing.T) {
	t.Parallel()
	left := func(t *testing.T) (http.HandlerFunc, chan bool) {
		ends := make(chan bool, 3)
		return func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, "data: a\n\ndata: b\n\n")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(time.Millisecond) // an endless stream is not to fill the connection
			}
			ends <- true
		}, ends
	}
	test := func(t *testing.T, e load.Kind, url string, http scenarios.Protocol, ends chan bool) {
		r := newRig(url)
		r.job.Options.HTTP, r.job.Options.MaxConnections = http, 1
		r.streaming(t, events.Options{Format: events.Server, StopAfter: 5}, "")
		reused, most := 0, 0
		if http == scenarios.HTTP2 {
			most = 2 // whichever of the three was the first on it
		}
		for i, s := range r.drive(t, e, every(time.Millisecond, 3)) {
			if s.Err != results.ErrNone || s.Events == nil || s.Events.Count != 5 || s.Events.Cut || s.Events.Gaps.Count() != 4 {
				t.Errorf("request %d: %v %q, %+v", i, s.Err, s.Check, s.Events)
			}
			if s.Reused {
				reused++
			}
		}
		if reused != most {
			t.Errorf("%d of 3 requests on a connection that had served before, want %d", reused, most)
		}
		for range 3 {
			<-ends
		}
	}
	eachEngine(t, func(t *testing.T, e load.Kind) {
		handler, ends := left(t)
		test(t, e, serve(t, handler).URL, "", ends)
	})
	eachHTTP2(t, func(t *testing.T, e load.Kind) {
		handler, ends := left(t)
		server, _ := http2Server(t, false, handler)
		test(t, e, server.URL, scenarios.HTTP2, ends)
	})
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig(serve(t, says("data: a\n\n")).URL)
		r.streaming(t, events.Options{Format: events.Server, StopAfter: 2}, "")
		if s := r.drive(t, e, every(time.Millisecond, 1))[0]; s.Check != "events: want at least 2" || !s.Events.Cut {
			t.Errorf("a stream that ends before: %q, %+v", s.Check, s.Events)
		}
	})
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

func coded(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, text)
	}
}

// breaks ends the connection within the response.
func breaks(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, text)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// stalls says nothing more until the client is gone.
func stalls(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, text)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

// expectingEvents compiles what stands under expect: of a request that is read as events.
func expectingEvents(t *testing.T, text string, o events.Options) check.Expect {
	t.Helper()
	if text != "" {
		text = "expect: " + text
	} else {
		text = "other: 1"
	}
	doc := document.Open("request", []byte(text), document.Options{})
	e := check.Read(doc.Value().Fields("expect", "other").Get("expect"), check.Options{Secret: scenarios.SecretHeader, Stream: &check.Stream{End: o.End.String(), Least: o.StopAfter}})
	if err := doc.Err(); err != nil {
		t.Fatal(err)
	}
	return e
}

// At the lab's doors that stream, each engine reads as many events as were sent, and what
// passed between them is what the lab measured at its end of the connections: over HTTP/1.1 at
// the function URL, and over HTTP/2 at the REST API, where both speak it.
func TestTheLabMeasuresTheSameGaps(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		retried(t, func() (complaint string) {
			l, err := lab.Start(lab.Config{Doors: []lab.DoorConfig{{Kind: "function-url", Stream: true}, {Kind: "rest-api", Stream: true}}}.WithTLS())
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			r := newRig()
			r.job.Requests[0].Path = "/events?n=8&first=2ms&gap=10ms&end=bye"
			r.streaming(t, events.Options{Format: events.Server, End: events.End{Data: "bye"}}, "{events: {min: 8, max: 8}}")
			r.atDoors(t, l)
			engine := r.open(t, e)
			for i := range r.job.Targets {
				turn := every(3*time.Millisecond, 10)
				turn.Target = uint16(i)
				r.run(t, engine, turn)
			}
			for i, d := range l.Truth().Doors {
				if text := sameEvents(t, r.samples, uint16(i), d.Events); text != "" {
					complaint = d.Name + ": " + text
				}
			}
			return complaint
		})
	})
}

// sameEvents says what differs between the events of a target and those that its door sent.
// Counts must be equal; times, where they are compared, may differ by what a machine adds.
func sameEvents(t *testing.T, samples []results.Sample, target uint16, truth *lab.EventTruth) string {
	t.Helper()
	var sum lab.EventTruth
	for _, s := range samples {
		if s.Target != target {
			continue
		}
		if s.Events == nil || s.Err != results.ErrNone {
			t.Fatalf("%v %q: %+v", s.Err, s.Check, s.Excerpt)
		}
		sum.Responses, sum.Events, sum.Gaps = sum.Responses+1, sum.Events+s.Events.Count, sum.Gaps+s.Events.Gaps.Count()
		sum.LongestMS = max(sum.LongestMS, float64(s.Events.Longest)/1e6)
		sum.GapMS += float64(s.Events.Gaps.Histogram().Mean()) / 1e6 * float64(s.Events.Gaps.Count())
	}
	if truth == nil || sum.Responses != truth.Responses || sum.Events != truth.Events || sum.Gaps != truth.Gaps || truth.Cut != 0 {
		t.Fatalf("counted %+v, and the lab sent %+v", sum, truth)
	}
	if timesOfEvents && (math.Abs(sum.GapMS-truth.GapMS) > 0.05*truth.GapMS || math.Abs(sum.LongestMS-truth.LongestMS) > 8) {
		return fmt.Sprintf("%.1f ms in %d gaps, the longest %.1f ms; the lab measured %.1f ms and %.1f ms", sum.GapMS, sum.Gaps, sum.LongestMS, truth.GapMS, truth.LongestMS)
	}
	return ""
}
