package function

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Work is what a request asks for.
type work struct {
	CPU      duration `json:"cpu"`
	Sleep    duration `json:"sleep"`
	MemoryMB int      `json:"memory_mb"`
	Bytes    int      `json:"bytes"`
	Status   int      `json:"status"`
	Fail     string   `json:"fail"`

	// Of messages of a WebSocket API.
	Action string          `json:"action"`
	ID     json.RawMessage `json:"id"`
	Count  int             `json:"count"`
	Text   string          `json:"text"`
}

// A duration is written as in "20ms".
type duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no duration: write one like 20ms", text)
	}
	*d = duration(parsed)
	return nil
}

// The most that a request may ask for, if its bounds are not less. Lambda's limits are 15
// minutes, 10,240 MB and 6 MB; answers may exceed the last, to see what happens then. Each
// message that is pushed is billed.
const (
	mostTime   = 30 * time.Second
	mostMemory = 10_240
	mostBytes  = 8 << 20
	mostCount  = 5
)

// Bounds are the most of what costs its owner most: time, and what is sent.
type bounds struct {
	time  time.Duration
	bytes int
}

// widest are the bounds where nothing else is said.
var widest = bounds{mostTime, mostBytes}

// within are the bounds of one invocation, which has so much time.
func (b bounds) within(ctx context.Context) bounds {
	if end, ends := ctx.Deadline(); ends {
		const apart = 100 * time.Millisecond
		b.time = min(b.time, max(0, time.Until(end).Round(apart)))
	}
	return b
}

// The ways to fail.
const (
	failError     = "error"
	failPanic     = "panic"
	failExit      = "exit"
	failMalformed = "malformed"
	failTimeout   = "timeout"
)

// sizedPath is the path whose rest is a number of bytes, as in tollgate's lab.
const sizedPath = "/bytes/"

// asked is the work that a call asks for. What the query says wins over the body.
func (c call) asked(most bounds) (w work, err error) {
	if body := bytes.TrimSpace(c.body); len(body) > 0 && body[0] == '{' && json.Valid(body) {
		if err := json.Unmarshal(body, &w); err != nil {
			return w, fmt.Errorf("body: %w", err)
		}
	}
	if _, digits, sized := strings.Cut(c.Path, sizedPath); sized {
		if err := w.set("bytes", digits); err != nil {
			return w, err
		}
	}
	for _, name := range parameters {
		if value, said := c.query[name]; said {
			if err := w.set(name, value); err != nil {
				return w, err
			}
		}
	}
	return w, w.check(most)
}

// parameters are those of the query, in the order in which they are read.
var parameters = []string{"cpu", "sleep", "memory_mb", "bytes", "status", "fail"}

// set takes one parameter.
func (w *work) set(name, value string) (err error) {
	switch name {
	case "cpu":
		err = w.CPU.UnmarshalText([]byte(value))
	case "sleep":
		err = w.Sleep.UnmarshalText([]byte(value))
	case "fail":
		w.Fail = value
	default:
		n, failed := strconv.Atoi(value)
		if failed != nil {
			return fmt.Errorf("%s: %q is no whole number", name, value)
		}
		switch name {
		case "memory_mb":
			w.MemoryMB = n
		case "bytes":
			w.Bytes = n
		case "status":
			w.Status = n
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// check holds the work to its bounds.
func (w work) check(most bounds) error {
	if longest := duration(most.time); w.CPU < 0 || w.Sleep < 0 || w.CPU > longest || w.Sleep > longest || w.CPU+w.Sleep > longest {
		return fmt.Errorf("cpu and sleep must be from 0 to %v together", most.time)
	}
	if w.MemoryMB < 0 || w.MemoryMB > mostMemory {
		return fmt.Errorf("memory_mb: %d must be from 0 to %d", w.MemoryMB, mostMemory)
	}
	if w.Bytes < 0 || w.Bytes > most.bytes {
		return fmt.Errorf("bytes: %d must be from 0 to %d", w.Bytes, most.bytes)
	}
	if len(w.Text)*max(w.Count, 1) > most.bytes {
		return fmt.Errorf("text: %d times %d bytes must be %d at most", max(w.Count, 1), len(w.Text), most.bytes)
	}
	if w.Status != 0 && (w.Status < http.StatusOK || w.Status > 599) {
		return fmt.Errorf("status: %d must be from 200 to 599", w.Status)
	}
	if w.Count < 0 || w.Count > mostCount {
		return fmt.Errorf("count: %d must be from 0 to %d", w.Count, mostCount)
	}
	switch w.Fail {
	case "", failError, failPanic, failExit, failMalformed, failTimeout:
		return nil
	}
	return fmt.Errorf("fail: %q must be %s, %s, %s, %s or %s", w.Fail, failError, failPanic, failExit, failMalformed, failTimeout)
}

// A worker does work. Tests replace what takes time or ends the process.
type worker struct {
	sleep func(context.Context, time.Duration)
	exit  func(int)
}

// page is how far apart memory is touched, so that it is resident.
const page = 4 << 10

// do does the work, and returns how much processor time it took.
func (k worker) do(ctx context.Context, w work) time.Duration {
	held := make([]byte, w.MemoryMB<<20)
	for i := 0; i < len(held); i += page {
		held[i] = 1
	}
	used := burn(ctx, time.Duration(w.CPU))
	if w.Sleep > 0 {
		k.sleep(ctx, time.Duration(w.Sleep))
	}
	switch w.Fail {
	case failPanic:
		panic("the request asked for a panic")
	case failExit:
		k.exit(1)
	case failTimeout:
		<-ctx.Done() // Lambda ends the environment
	}
	if len(held) > 0 {
		held[0]++ // it was held until now
	}
	return used
}

// wait waits, or until the invocation is over.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// burn computes until the thread has used that much processor time.
func burn(ctx context.Context, d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	used, done := processorTime()
	defer done()
	x := uint64(1)
	for n := 0; ; n++ {
		for range 10_000 { // some 10 µs
			x = x*6364136223846793005 + 1442695040888963407
		}
		if t := used(); t >= d || ctx.Err() != nil || x == 0 && n < 0 {
			return t
		}
	}
}
