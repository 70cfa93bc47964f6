package doors

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// An eventScript says which events the sample application's GET /events sends, and when: one
// after another, as a model that generates text does. The query of a request has the number of
// events (n), the time before the first (first) and between two (gap), the format (events, which
// are server-sent, or lines of JSON), and the data of a further event that ends them (end). A
// door that does not stream sends all of it at its end.
type eventScript struct {
	events     int
	first, gap time.Duration
	lines      bool
	end        string
}

const (
	mostScripted  = 100_000
	longestScript = 15 * time.Minute
)

// scriptOf is the script that a request asks for; nil: it asks for none.
func scriptOf(method, path string, query func() url.Values) (s *eventScript, wrong *response) {
	if path != "/events" || method != http.MethodGet {
		return nil, nil
	}
	q := query()
	s = &eventScript{events: 20, first: 100 * time.Millisecond, gap: 50 * time.Millisecond, lines: q.Get("format") == "lines", end: q.Get("end")}
	if text := q.Get("n"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > mostScripted {
			return nil, notEvents
		}
		s.events = n
	}
	for name, into := range map[string]*time.Duration{"first": &s.first, "gap": &s.gap} {
		if text := q.Get(name); text != "" {
			d, err := time.ParseDuration(text)
			if err != nil || d < 0 || d > longestScript {
				return nil, notEvents
			}
			*into = d
		}
	}
	if strings.ContainsAny(s.end, "\r\n") || s.lasts() > longestScript {
		return nil, notEvents
	}
	return s, nil
}

var notEvents = failed(http.StatusBadRequest, `n is up to 100000, first and gap are times such as 50ms, all together up to 15m; format is events or lines`)

// lasts is how long it takes from its beginning to its last event. A nil script takes no time.
func (s *eventScript) lasts() time.Duration {
	if s == nil || s.events == 0 {
		return 0
	}
	return s.first + time.Duration(s.events-1)*s.gap
}

// at is when an event comes.
func (s *eventScript) at(i int) time.Duration { return s.first + time.Duration(i)*s.gap }

// event is the text of one.
func (s *eventScript) event(i int) string {
	if s.lines {
		return fmt.Sprintf("{\"n\":%d}\n", i+1)
	}
	return fmt.Sprintf("data: {\"n\":%d}\n\n", i+1)
}

// ending is the text behind the last one.
func (s *eventScript) ending() string {
	switch {
	case s.end == "":
		return ""
	case s.lines:
		return s.end + "\n"
	}
	return "data: " + s.end + "\n\n"
}

// response is all of it, as a door has it that does not stream.
func (s *eventScript) response() *response {
	var text strings.Builder
	for i := range s.events {
		text.WriteString(s.event(i))
	}
	text.WriteString(s.ending())
	kind := "text/event-stream"
	if s.lines {
		kind = "application/x-ndjson"
	}
	r := newResponse(http.StatusOK, kind, text.String())
	r.script = s
	return r
}

// EventTruth is what a door streamed of GET /events: how many responses, those of them that
// were cut off, their events, and what really passed between one event and the next, as the
// door handed them to the connection.
type EventTruth struct {
	Responses int64   `json:"responses"`
	Cut       int64   `json:"cut,omitempty"`
	Events    int64   `json:"events"`
	Gaps      int64   `json:"gaps"`
	GapMS     float64 `json:"gap_ms"` // of all together
	LongestMS float64 `json:"longest_gap_ms"`
}

func (t *EventTruth) add(o EventTruth) {
	t.Responses, t.Cut, t.Events, t.Gaps = t.Responses+o.Responses, t.Cut+o.Cut, t.Events+o.Events, t.Gaps+o.Gaps
	t.GapMS, t.LongestMS = t.GapMS+o.GapMS, max(t.LongestMS, o.LongestMS)
}

// sendEvents sends the events of a script that begins now, as far as they are due within a
// time. It returns what it sent, and false where the client is gone.
func (d *door) sendEvents(w http.ResponseWriter, x *exchange, s *eventScript, within time.Duration) (truth EventTruth, there bool) {
	controller, begun := http.NewResponseController(w), time.Now()
	truth.Responses = 1
	if controller.Flush() != nil {
		return truth, false
	}
	var before time.Time
	for i := range s.events {
		if s.at(i) > within {
			break
		}
		if d.timer.Wait(x.request.Context(), begun.Add(s.at(i))) != nil {
			return truth, false
		}
		now := time.Now()
		if _, err := w.Write([]byte(s.event(i))); err != nil || controller.Flush() != nil {
			return truth, false
		}
		if truth.Events++; i > 0 {
			gap := milliseconds(now.Sub(before))
			truth.Gaps++
			truth.GapMS, truth.LongestMS = truth.GapMS+gap, max(truth.LongestMS, gap)
		}
		before = now
	}
	return truth, true
}
