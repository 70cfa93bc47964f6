package results

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"tollgate/pricing/escape"
)

// A SampleFormat writes every kept sample of a run for other programs.
type SampleFormat struct {
	Name  string
	lacks func(*Document) error  // why an imported run cannot be written; nil: it can
	note  func(*Document) string // what is not known of one that can
	begin func(io.Writer, *Run) (each func(SampleStage, *Sample) error, end func() error)
}

// SampleFormats are all there are.
var SampleFormats = []SampleFormat{
	{"samples", func(*Document) error { return nil }, emptyCells, samplesCSV},
	{"vegeta", withoutVegeta, guessedTimes, samplesVegeta},
}

// Note says what of the samples of an imported run is not known, and what stands there; ""
// where nothing is to be said.
func (f SampleFormat) Note(d *Document) string { return f.note(d) }

// Write writes the samples of a run. It says so where the run kept none.
func (f SampleFormat) Write(w io.Writer, run *Run) error {
	if err := f.lacks(&run.Document); err != nil {
		return err
	}
	each, end := f.begin(w, run)
	n := 0
	_, err := ReadSamples(run.Dir, func(stage SampleStage, samples []Sample) error {
		for i := range samples {
			if err := each(stage, &samples[i]); err != nil {
				return err
			}
		}
		n += len(samples)
		return nil
	})
	if err == nil && n == 0 {
		return fmt.Errorf("%s kept no samples: probes keep those of their own requests, and tollgate run --samples keeps those of the load", run.Dir)
	}
	if err == nil {
		err = end()
	}
	return err
}

// sampleColumns are those of samples as CSV. Times that end in _s are seconds
// from the start of the run.
var sampleColumns = []string{
	"target", "probe", "stage", "request", "block", "seq", "due_s", "begun_s", "sent_s", "dns_ms", "connect_ms", "tls_ms",
	"first_byte_ms", "service_ms", "response_ms", "outcome", "status", "error", "reused", "out_bytes", "in_bytes", "body_bytes",
	"request_id", "instance", "cache", "fault", "protocol", "decoded_bytes",
	"events", "first_event_ms", "longest_gap_ms", "events_cut",
}

func samplesCSV(w io.Writer, run *Run) (func(SampleStage, *Sample) error, func() error) {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	_ = c.Write(sampleColumns) // a failure stays: Error returns it
	empty := run.Document.notSampled()
	each := func(stage SampleStage, s *Sample) error {
		ms := func(d time.Duration) string { return decimal(millis(d)) }
		at := func(d time.Duration) string { return decimal(d.Seconds()) }
		row := []string{
			stage.Target, stage.Probe, stage.Stage, stage.request(s), number(s.Block), strconv.FormatUint(s.Seq, 10),
			at(s.Due), at(s.Begun), at(s.Sent), ms(s.DNS), ms(s.Connect), ms(s.TLS),
			ms(s.FirstByte), ms(s.Service), ms(s.Response()), s.Outcome().String(), number(s.Code), s.Err.String(), strconv.FormatBool(s.Reused),
			number(s.Out), number(s.In), number(s.Body), s.Mark.RequestID, s.Mark.Instance, s.Mark.Cache, string(s.Mark.Fault), s.Protocol.String(), number(s.Decoded),
		}
		row = append(row, eventCells(s.Events, s.Sent-s.Due)...)
		for i := range row {
			if row[i] = escape.Cell(row[i]); slices.Contains(empty, sampleColumns[i]) {
				row[i] = ""
			}
		}
		return c.Write(row)
	}
	return each, func() error { c.Flush(); return c.Error() }
}

// request is the name of a sample's request.
func (s *SampleStage) request(of *Sample) string { return at(s.Requests, of.Request) }

// A vegetaResult is a line that vegeta's JSON encoder would write: its report,
// plot and encode read it.
// Source: github.com/tsenart/vegeta, lib/results.go.
type vegetaResult struct {
	Attack    string        `json:"attack"`
	Seq       uint64        `json:"seq"`
	Code      int           `json:"code"`
	Timestamp time.Time     `json:"timestamp"`
	Latency   time.Duration `json:"latency"`
	BytesOut  int64         `json:"bytes_out"`
	BytesIn   int64         `json:"bytes_in"`
	Error     string        `json:"error"`
	Body      []byte        `json:"body"`
	Method    string        `json:"method"`
	URL       string        `json:"url"`
	Headers   http.Header   `json:"headers"`
}

// samplesVegeta writes the response time as the latency, from when the request
// was due. The warm-up is left out, since vegeta would take it for load. The target is the name of the attack, by which vegeta's plot draws one
// line for each.
func samplesVegeta(w io.Writer, run *Run) (func(SampleStage, *Sample) error, func() error) {
	lines := json.NewEncoder(w)
	each := func(stage SampleStage, s *Sample) error {
		if stage.Probe == "" && run.Document.warmingUp(s.Block) {
			return nil
		}
		r := vegetaResult{
			Attack: escape.Text(stage.Target), Seq: s.Seq, Code: s.Code, Timestamp: run.Document.Started.Add(s.Due), Latency: s.Response(),
			BytesOut: s.Out, BytesIn: s.In, URL: escape.Text(stage.request(s)),
		}
		switch o := s.Outcome(); {
		case o == OK && s.Code == 0 && run.Document.Imported != nil:
			return errNoStatus
		case o == OK:
		case s.Code > 0 && (s.Err == ErrNone || s.Err == ErrUnexpected):
			r.Error = strconv.Itoa(s.Code) + " " + http.StatusText(s.Code)
		default:
			r.Error = s.Err.String()
		}
		return lines.Encode(r)
	}
	return each, func() error { return nil }
}
