//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// A socketTask is a load over connections that are held: they are opened at a rate, and
// then as many messages are sent over each, spread over the length.
type socketTask struct {
	connections int
	ramp        float64 // connections per second
	each        int     // messages
	length      time.Duration
	dir         string
}

// opening is how long the connections take to be opened.
func (l socketTask) opening() time.Duration {
	return time.Duration(math.Ceil(float64(l.connections)/l.ramp)) * time.Second // whole ones: artillery takes no others
}

// pause is between two messages on a connection.
func (l socketTask) pause() time.Duration { return l.length / time.Duration(l.each) }

// What is measured unless flags say otherwise.
const (
	socketRamp    = 1000.0 // connections per second
	socketRate    = 1000   // messages per second
	fewSockets    = 1000   // that each tool ought to hold
	socketMessage = `{"action": "echo", "text": "0123456789012345678901234567890123456789"}`
	allButFew     = 0.95 // of the connections and messages that were asked for: what is less is short
)

// A socketTool returns how it is asked for a load over connections.
type socketTool struct {
	name    string
	command func(l socketTask) []string
}

func socketTools(self string) []socketTool {
	return []socketTool{
		{"websocket", func(l socketTask) []string {
			rate := float64(l.connections*l.each) / l.length.Seconds()
			return []string{self, "drive", "-engine", "websocket", "-url", socketURL, "-connections", fmt.Sprint(l.connections), "-ramp", fmt.Sprintf("%g/s", l.ramp), "-rate", fmt.Sprint(rate), "-poisson", "-for", l.length.String()}
		}},
		{"k6", k6Sockets},
		{"artillery", artillerySockets},
	}
}

// k6Sockets has all connections in one virtual user, whose event loop serves them: one for
// each takes megabytes. Pauses are random, as users are: timers of the same length come to
// fire together, and what is sent in bunches takes a quarter less.
func k6Sockets(l socketTask) []string {
	const script = `import { WebSocket } from "k6/websockets";
export const options = {scenarios: {held: {executor: "per-vu-iterations", vus: 1, iterations: 1, maxDuration: "10m"}}};
export default function () {
  const until = Date.now() + %[1]d;
  const open = () => {
    const ws = new WebSocket(%[2]q);
    ws.onopen = () => {
      let left = %[3]d;
      const say = () => { ws.send(%[4]q); if (--left > 0) setTimeout(say, %[5]d * (0.5 + Math.random())); };
      setTimeout(say, Math.max(0, until - %[6]d - Date.now()) + Math.random() * %[5]d);
      setTimeout(() => ws.close(), until - Date.now());
    };
    ws.onmessage = () => {};
  };
  for (let i = 0; i < %[7]d; i++) setTimeout(open, i * %[8]g);
}
`
	text := fmt.Sprintf(script, (l.opening() + l.length + 2*time.Second).Milliseconds(), socketURL, l.each, socketMessage, l.pause().Milliseconds(), (l.length + time.Second).Milliseconds(), l.connections, 1000/l.ramp)
	file := filepath.Join(l.dir, "sockets.js")
	if os.WriteFile(file, []byte(text), 0o600) != nil {
		return nil
	}
	return []string{"k6", "run", "--quiet", "--no-usage-report", file}
}

// artillerySockets has one virtual user for each connection, as it always has.
func artillerySockets(l socketTask) []string {
	const script = `config:
  target: %q
  phases: [{duration: %g, arrivalCount: %d}]
scenarios:
  - engine: ws
    flow:
      - think: "{{ $randomNumber(1, %d) }}"
      - loop: [{send: '%s'}, {think: %g}]
        count: %d
      - think: %g
`
	text := fmt.Sprintf(script, socketURL, l.opening().Seconds(), l.connections, max(1, int(l.pause().Seconds())), socketMessage, l.pause().Seconds(), l.each, l.opening().Seconds())
	file := filepath.Join(l.dir, "sockets.yml")
	if os.WriteFile(file, []byte(text), 0o600) != nil {
		return nil
	}
	return []string{"artillery", "run", "--quiet", file}
}

// A socketResult is what a tool took, and what the server saw of it.
type socketResult struct {
	echoed
	cpu    time.Duration
	memory int64 // bytes, at most
}

// sockets compares what connections cost that are held: at the most, and at a number that
// each tool ought to hold.
func (s *settings) sockets(c contest) {
	for _, n := range []int{s.connections, fewSockets} {
		l := socketTask{connections: n, ramp: socketRamp, length: max(s.length, 10*time.Second), dir: s.dir}
		l.each = max(1, int(socketRate*l.length.Seconds())/n)
		fmt.Fprintf(s.stdout, "\n%s: %d connections, %d messages over each in %v\n", c.name, n, l.each, l.length)
		w := tabwriter.NewWriter(s.stdout, 2, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintf(w, "\ttool\theld\tmessages\tCPU s\tµs/connection\tmemory MB\tKB/connection\tCPU ÷ it\tmemory ÷ it\t\n")
		var ours socketResult
		var failed []string
		for i, t := range socketTools(s.self) {
			r, err := s.measureSockets(t, l)
			if err != nil {
				failed = append(failed, fmt.Sprintf("  %s: %v\n", t.name, err))
				continue
			}
			if i == 0 {
				ours = r
			}
			short := ""
			if float64(r.Held) < allButFew*float64(n) || float64(r.Messages) < allButFew*float64(n*l.each) {
				short = " (short)"
			}
			held := float64(max(r.Held, 1))
			fmt.Fprintf(w, "\t%s%s\t%d\t%d\t%.2f\t%.0f\t%.0f\t%.1f\t%.2f\t%.2f\t\n", t.name, short, r.Held, r.Messages, r.cpu.Seconds(), float64(r.cpu.Microseconds())/held,
				float64(r.memory)/(1<<20), float64(r.memory)/1024/held, ours.perConnection(float64(ours.cpu))/r.perConnection(float64(r.cpu)), ours.perConnection(float64(ours.memory))/r.perConnection(float64(r.memory)))
		}
		_ = w.Flush()
		fmt.Fprint(s.stdout, strings.Join(failed, ""))
	}
}

func (r socketResult) perConnection(x float64) float64 { return x / float64(max(r.Held, 1)) }

// measureSockets runs a tool against a server of its own.
func (s *settings) measureSockets(t socketTool, l socketTask) (r socketResult, err error) {
	server, err := start(echoAddress, "taskset", "-c", s.cpu, s.self, "echo-server")
	if err != nil {
		return r, err
	}
	defer server.stop()
	args := t.command(l)
	if args == nil {
		return r, errors.New("cannot be asked")
	}
	if _, err := exec.LookPath(args[0]); err != nil {
		return r, errors.New("is not installed")
	}
	fmt.Fprintf(s.stdout, "  $ taskset -c %s %s\n", s.generator, strings.ReplaceAll(strings.Join(args, " "), s.self, "bench"))
	command := exec.Command("taskset", append([]string{"-c", s.generator}, args...)...)
	command.Env = append(os.Environ(), "ARTILLERY_DISABLE_TELEMETRY=true")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	if err := command.Run(); err != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		return r, fmt.Errorf("failed: %w: %s", err, line)
	}
	response, err := http.Get("http://" + echoAddress)
	if err != nil {
		return r, err
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(&r.echoed); err != nil {
		return r, err
	}
	state := command.ProcessState
	r.cpu = state.UserTime() + state.SystemTime()
	if used, is := state.SysUsage().(*syscall.Rusage); is {
		r.memory = used.Maxrss << 10
	}
	return r, nil
}
