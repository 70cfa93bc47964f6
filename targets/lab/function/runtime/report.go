package runtime

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A RequestID is the id of one invocation, a UUID.
type RequestID [16]byte

// String writes id as Lambda does: in lower case, with hyphens.
func (id RequestID) String() string {
	var text [36]byte
	hex.Encode(text[0:8], id[0:4])
	hex.Encode(text[9:13], id[4:6])
	hex.Encode(text[14:18], id[6:8])
	hex.Encode(text[19:23], id[8:10])
	hex.Encode(text[24:], id[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

// A Status says how an invocation ended.
type Status uint8

// The statuses that platform.report events know.
// Source: Lambda developer guide, "Lambda Telemetry API Event schema reference".
const (
	Succeeded Status = iota
	Errored
	TimedOut
)

func (s Status) String() string { return [...]string{"success", "error", "timeout"}[s] }

// A Report is what Lambda's log says of one invocation at its end.
type Report struct {
	Time           time.Time // of the end, which is when the line is written
	RequestID      RequestID
	Duration       time.Duration // without INIT
	BilledDuration time.Duration // whole milliseconds
	MemorySize     int           // MB
	MaxMemoryUsed  int           // MB
	InitDuration   time.Duration // 0: the environment was warm
	Status         Status
	ErrorType      string // "Runtime.ExitError"; empty for a success and a timeout
	Version        string // of the function; empty: Latest
}

// Report is what the log says of an invocation that ended at a time.
func (o *Outcome) Report(id RequestID, ended time.Time, memory, used int) Report {
	r := Report{
		Time: ended, RequestID: id, Duration: o.Duration, InitDuration: o.Init,
		MemorySize: memory, MaxMemoryUsed: min(used, memory),
	}
	switch o.Ending {
	case Failed:
		r.Status, r.ErrorType = Errored, o.ErrorType
	case Overtime:
		r.Status = TimedOut
	}
	return r
}

// Billed is how much time is billed: rounded up to whole milliseconds, INIT
// included as it has been since August 2025 for every function.
// Source: AWS Compute blog, "AWS Lambda standardizes billing for INIT Phase".
func Billed(init, duration time.Duration) time.Duration {
	return (init + duration + time.Millisecond - 1).Truncate(time.Millisecond)
}

// Text is the REPORT line of the text log format: fields end with a tab, the
// last one too. Source: Lambda developer guide, "Viewing CloudWatch logs for
// Lambda functions", and lines recorded in LocalStack's snapshots.
func (r Report) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "REPORT RequestId: %s\tDuration: %s ms\tBilled Duration: %d ms\tMemory Size: %d MB\tMax Memory Used: %d MB\t",
		r.RequestID, hundredths(r.Duration), r.BilledDuration.Milliseconds(), r.MemorySize, r.MaxMemoryUsed)
	if r.InitDuration > 0 {
		fmt.Fprintf(&b, "Init Duration: %s ms\t", hundredths(r.InitDuration))
	}
	if r.Status != Succeeded {
		fmt.Fprintf(&b, "Status: %s\t", r.Status)
	}
	if r.ErrorType != "" {
		fmt.Fprintf(&b, "Error Type: %s\t", r.ErrorType)
	}
	b.WriteByte('\n')
	return b.String()
}

func hundredths(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 2, 64)
}

func rounded(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond)) / float64(time.Millisecond)
}

// JSON is the platform.report line of the JSON log format.
func (r Report) JSON() string {
	type metrics struct {
		Duration     float64 `json:"durationMs"`
		Billed       int64   `json:"billedDurationMs"`
		Memory       int     `json:"memorySizeMB"`
		MaxMemory    int     `json:"maxMemoryUsedMB"`
		InitDuration float64 `json:"initDurationMs,omitempty"`
	}
	return line(r.Time, "platform.report", struct {
		RequestID string  `json:"requestId"`
		Metrics   metrics `json:"metrics"`
		Status    string  `json:"status"`
		ErrorType string  `json:"errorType,omitempty"`
	}{
		RequestID: r.RequestID.String(),
		Metrics: metrics{
			rounded(r.Duration), r.BilledDuration.Milliseconds(), r.MemorySize, r.MaxMemoryUsed, rounded(r.InitDuration),
		},
		Status: r.Status.String(), ErrorType: r.ErrorType,
	})
}

// line writes one event of the JSON log format.
// Source: Lambda developer guide, "Lambda Telemetry API Event schema reference".
func line(at time.Time, kind string, record any) string {
	text, _ := json.Marshal(struct { // of plain values: it cannot fail
		Time   string `json:"time"`
		Type   string `json:"type"`
		Record any    `json:"record"`
	}{at.UTC().Format(stampForm), kind, record})
	return string(text) + "\n"
}

const stampForm = "2006-01-02T15:04:05.000Z"

// Latest is the version that is invoked.
const Latest = "$LATEST"
