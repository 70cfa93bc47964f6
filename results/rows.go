package results

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The columns of seconds.csv: a row is a Second. Points in time are seconds
// from the start of the run; status, errors, failures and protocols are lists of
// "code:count", "class:count", either of them, and "HTTP/2:count".
var secondColumns = slices.Concat(
	[]string{"second", "target", "request", "block"},
	outcomeNames[:],
	[]string{"failed", "new_connections", "out_bytes", "in_bytes", "clamped", "first_due_s", "last_taken_up_s", "status", "errors", "failures", "protocols"},
	headerColumns, decodedColumns, eventColumns, []string{cacheColumn})

// The columns of HeaderBytes and of DecodedBytes.
var (
	headerColumns  = []string{"out_header_bytes", "in_header_bytes", "out_header_plain_bytes", "in_header_plain_bytes"}
	decodedColumns = []string{"decoded_responses", "decoded_in_bytes", "decoded_plain_bytes", "not_decoded_responses"}
)

// cacheColumn is a list of "hit:3".
const cacheColumn = "cache"

// Runs of earlier versions lack the last columns: of caches, before that of events, before
// that of protocols, headers and decoded bodies, and before that of failures.
var (
	secondColumnsUncached = secondColumns[:len(secondColumns)-1]

	secondColumnsWhole = secondColumnsUncached[:len(secondColumnsUncached)-len(eventColumns)]
	secondColumnsHTTP1 = secondColumnsWhole[:len(secondColumnsWhole)-1-len(headerColumns)-len(decodedColumns)]
	secondColumnsOld   = secondColumnsHTTP1[:len(secondColumnsHTTP1)-1]
)

// The columns of generator.csv: a row is one second of the run, written last of
// all that belongs to it, so that a second is complete on disk when, and only
// when, its row here is. The columns from lag_p99_ms on are empty when there was no
// report.
var generatorColumns = []string{
	"second", "from_s", "for_s", "clock_step_ms", "lag_p99_ms", "lag_max_ms", "in_flight", "opened", "failed",
	"retried", "skipped", "cpu_cores", "gc_pause_ms", "open_files", "file_limit",
	"machine_busy_cores", "machine_stolen_cores", "machine_softirq_cores", "tcp_sockets", "outgoing_ports",
	"run_queue",
}

// Runs of earlier versions lack the last column.
var generatorColumnsOld = generatorColumns[:len(generatorColumns)-1]

// A rowWriter makes the text of a CSV file as RFC 4180 has it.
type rowWriter struct {
	text bytes.Buffer
	csv  *csv.Writer
}

func newRowWriter() *rowWriter {
	w := &rowWriter{}
	w.csv = csv.NewWriter(&w.text)
	w.csv.UseCRLF = true
	return w
}

func (w *rowWriter) row(fields []string) {
	_ = w.csv.Write(fields) // into memory: cannot fail
	w.csv.Flush()
}

func number[T int | int64 | uint32](n T) string { return strconv.FormatInt(int64(n), 10) }

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func millis(d time.Duration) float64 { return float64(d) / 1e6 }

func secondRow(s *Second, n names) []string {
	row := []string{number(s.Second), quoted(n.target(s.Target)), quoted(n.request(s.Request)), strconv.FormatUint(uint64(s.Block), 10)}
	for _, k := range s.Ended {
		row = append(row, number(k))
	}
	return append(row, number(s.Failed), number(s.Opened), number(s.Out), number(s.In), number(s.Clamped),
		decimal(s.FirstDue.Seconds()), decimal(s.LastBegun.Seconds()),
		list(s.Status, strconv.Itoa, cmp.Compare), list(s.Errors, ErrClass.String, cmp.Compare), list(s.Failures, Cause.String, compareCauses),
		s.Protocols.list(), number(s.Headers.Out), number(s.Headers.In), number(s.Headers.PlainOut), number(s.Headers.PlainIn),
		number(s.Decoded.Responses), number(s.Decoded.Received), number(s.Decoded.Decoded), number(s.Decoded.Left), s.Events.list(), s.Cached.list())
}

// list spells counts as "200:498 429:2", in order.
func list[K comparable](counts map[K]int64, spell func(K) string, compare func(a, b K) int) string {
	var parts []string
	for _, k := range slices.SortedFunc(maps.Keys(counts), compare) {
		parts = append(parts, spell(k)+":"+number(counts[k]))
	}
	return strings.Join(parts, " ")
}

func generatorRow(second int, when stretch, step time.Duration, h *Health) []string {
	row := []string{number(second), when.begins(), when.lasts(), decimal(millis(step))}
	if h == nil {
		return append(row, make([]string, len(generatorColumns)-len(row))...)
	}
	return append(row, decimal(millis(h.LagP99)), decimal(millis(h.LagMax)), number(h.InFlight), number(h.Opened),
		number(h.Failed), number(h.Retried), number(h.Skipped), decimal(h.CPU), decimal(millis(h.GCPause)),
		number(h.Files), number(h.FileLimit),
		decimal(h.Machine.Busy), decimal(h.Machine.Stolen), decimal(h.Machine.SoftIRQ), number(h.Machine.Sockets), number(h.Machine.Ports),
		decimal(h.Machine.RunQueue))
}

// second turns c into a row.
func (c *cell) second(number int, g Group) Second {
	s := Second{
		Second: number, Target: g.Target, Request: g.Request, Block: g.Block,
		Ended: c.ended, Opened: c.opened, Out: c.out, In: c.in, Clamped: c.clamped,
		Protocols: c.protocols, Headers: c.headers, Decoded: c.decoded, Events: c.events, Cached: c.cached,
		FirstDue: c.firstDue, LastBegun: c.lastBegun,
		Status: map[int]int64{}, Errors: map[ErrClass]int64{}, Failures: map[Cause]int64{},
	}
	for _, f := range c.failures {
		s.Failures[f.cause] = f.n
	}
	for o, n := range c.ended {
		if o := Outcome(o); o != OK && o != OwnFault {
			s.Failed += n
		}
	}
	for code, n := range c.status {
		if n > 0 {
			s.Status[code] = int64(n)
		}
	}
	for class, n := range c.errors {
		if class := ErrClass(class); class != ErrNone && n > 0 {
			s.Errors[class] = n
		}
	}
	return s
}
