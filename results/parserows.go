package results

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A fieldReader reads one row, field by field, and keeps the first error.
type fieldReader struct {
	fields  []string
	columns []string
	at      int
	err     error
}

func (f *fieldReader) next() (s string) {
	s = f.fields[f.at]
	f.at++
	return s
}

func (f *fieldReader) fail(s, want string) {
	if f.err == nil {
		f.err = fmt.Errorf("%s: %.40q is not %s", f.columns[f.at-1], s, want)
	}
}

func (f *fieldReader) count() int64 {
	s := f.next()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > maxBytes {
		f.fail(s, "a count")
		return 0
	}
	return n
}

// maxBytes bounds every count of a row; sums over any file stay below 2^63.
const maxBytes = 1 << 46

func (f *fieldReader) decimal() float64 {
	s := f.next()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(x) > 1e12 || math.IsNaN(x) {
		f.fail(s, "a number")
		return 0
	}
	return x
}

func (f *fieldReader) duration(unit time.Duration) time.Duration {
	s := f.next()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(math.Abs(x)*float64(unit) < 1e18) {
		f.fail(s, "a number of "+map[time.Duration]string{time.Second: "seconds", time.Millisecond: "milliseconds"}[unit])
		return 0
	}
	return time.Duration(math.Round(x * float64(unit)))
}

// pairs reads a list of "name:count".
func (f *fieldReader) pairs(put func(name string, n int64) bool) {
	s := f.next()
	for part := range strings.FieldsSeq(s) {
		name, count, _ := strings.Cut(part, ":")
		n, err := strconv.ParseInt(count, 10, 64)
		if err != nil || n < 0 || n > maxCount || !put(name, n) {
			f.fail(part, "a name and its count")
		}
	}
}

// parseSecondRow reads a row of seconds.csv.
func (n names) parseSecondRow(fields []string) (Second, error) {
	f := &fieldReader{fields: fields, columns: secondColumns}
	s := Second{Status: map[int]int64{}, Errors: map[ErrClass]int64{}, Failures: map[Cause]int64{}}
	s.Second = int(f.count())
	g, err := n.group(f.next(), f.next(), f.next())
	if err != nil {
		return s, err
	}
	s.Target, s.Request, s.Block = g.Target, g.Request, g.Block
	for o := range s.Ended {
		s.Ended[o] = f.count()
	}
	s.Failed, s.Opened, s.Out, s.In, s.Clamped = f.count(), f.count(), f.count(), f.count(), f.count()
	s.FirstDue, s.LastBegun = f.duration(time.Second), f.duration(time.Second)
	f.pairs(func(name string, n int64) bool {
		code, err := strconv.Atoi(name)
		s.Status[code] += n
		return err == nil && code > 0 && code < 1000
	})
	f.pairs(func(name string, n int64) bool {
		for c, known := range errNames {
			if name == known {
				s.Errors[ErrClass(c)] += n
				return true
			}
		}
		return false
	})
	if len(fields) < len(secondColumnsHTTP1) {
		s.guessFailures()
		return s, f.err
	}
	f.pairs(func(name string, n int64) bool {
		cause, ok := parseCause(name)
		s.Failures[cause] += n
		return ok
	})
	if len(fields) < len(secondColumnsWhole) {
		return s, f.err
	}
	f.pairs(s.Protocols.count)
	h := &s.Headers
	h.Out, h.In, h.PlainOut, h.PlainIn = f.count(), f.count(), f.count(), f.count()
	d := &s.Decoded
	d.Responses, d.Received, d.Decoded, d.Left = f.count(), f.count(), f.count(), f.count()
	if len(fields) >= len(secondColumnsUncached) {
		f.pairs(s.Events.count)
	}
	if len(fields) == len(secondColumns) {
		f.pairs(s.Cached.count)
	}
	return s, f.err
}

// guessFailures fills in what rows of earlier versions do not say: there, a
// status below 400 that was refused is counted as unexpected, without its code.
func (s *Second) guessFailures() {
	bad := map[Outcome]bool{}
	for o, n := range s.Ended {
		bad[Outcome(o)] = n > 0
	}
	for code, n := range s.Status {
		if code >= 400 && bad[(&Sample{Code: code}).Outcome()] {
			s.Failures[Cause{Status: code}] = n
		}
	}
	for class, n := range s.Errors {
		if class != ErrUnexpected && class != ErrCancelled {
			s.Failures[Cause{Err: class}] = n
		}
	}
	if n := s.Ended[Unexpected]; n > 0 {
		s.Failures[Cause{Err: ErrUnexpected}] = n
	}
}

// A generatorRead is a row of generator.csv.
type generatorRead struct {
	second int
	to     time.Duration
	health Health
}

// parseGeneratorRow reads a row of generator.csv.
func parseGeneratorRow(fields []string) (generatorRead, error) {
	f := &fieldReader{fields: fields, columns: generatorColumns}
	var g generatorRead
	g.second = int(f.count())
	from := f.duration(time.Second)
	g.to = from + f.duration(time.Second)
	h := &g.health
	h.Second, h.ClockStep = g.second, f.duration(time.Millisecond)
	if fields[f.at] == "" {
		return g, f.err
	}
	h.LagP99, h.LagMax = f.duration(time.Millisecond), f.duration(time.Millisecond)
	h.InFlight, h.Opened, h.Failed = int(f.count()), int(f.count()), int(f.count())
	h.Retried, h.Skipped = int(f.count()), int(f.count())
	h.CPU, h.GCPause = f.decimal(), f.duration(time.Millisecond)
	h.Files, h.FileLimit = int(f.count()), int(f.count())
	m := &h.Machine
	m.Busy, m.Stolen, m.SoftIRQ = f.decimal(), f.decimal(), f.decimal()
	m.Sockets, m.Ports = int(f.count()), int(f.count())
	if len(fields) < len(generatorColumns) {
		return g, f.err
	}
	m.RunQueue = f.decimal()
	return g, f.err
}
