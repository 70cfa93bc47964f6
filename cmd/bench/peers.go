//go:build linux

package main

import (
	"bytes"
	"cmp"
	"debug/buildinfo"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// A contest is one task for all tools that can do it.
type contest struct {
	name string
	task task
	ours string   // which of our tools the others are compared with; "": wire
	only []string // the tools; nil: all but the whole program
	hold func(contest)
}

// takes reports whether a tool is asked to take part.
func (c contest) takes(t tool) bool {
	if c.only == nil {
		return t.name != wholeName
	}
	return slices.Contains(c.only, t.name)
}

type result struct {
	round int
	cpu   float64 // µs per request
	rate  float64
	p99   float64    // ms, NaN: not reported
	lag   [2]float64 // p50 and p99, ms; NaN: not reported
}

func cpuOf(r result) float64  { return r.cpu }
func rateOf(r result) float64 { return r.rate }
func p99Of(r result) float64  { return r.p99 }

// settings of the whole comparison.
type settings struct {
	rounds         int
	length         time.Duration
	generator, cpu string
	rate           float64
	connections    int
	only           string
	dir, self      string
	stdout         io.Writer
}

func peers(args []string, stdout io.Writer) (err error) {
	s := settings{stdout: stdout}
	f := flag.NewFlagSet("peers", flag.ContinueOnError)
	f.IntVar(&s.rounds, "rounds", 5, "rounds, of which medians are taken")
	f.DurationVar(&s.length, "for", 5*time.Second, "length of one run of one tool")
	f.StringVar(&s.generator, "generator-cpu", "0", "processor of the generators")
	f.StringVar(&s.cpu, "target-cpu", "1", "processor of the target")
	f.Float64Var(&s.rate, "rate", 100_000, "requests per second of the open contest")
	f.IntVar(&s.connections, "connections", 10_000, "connections of the contest over WebSocket")
	f.StringVar(&s.only, "only", "", "the contests to hold, by their names' beginnings, comma separated")
	if err := f.Parse(args); err != nil {
		return err
	}
	if s.self, err = os.Executable(); err != nil {
		return err
	}
	if s.dir, err = os.MkdirTemp("", "tollgate-peers-*"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.dir)) }()
	nginx, err := startNginx(s.dir, s.cpu)
	if err != nil {
		return err
	}
	defer nginx.stop()
	delay, err := startDelay(s.self, s.cpu)
	if err != nil {
		return err
	}
	defer delay.stop()
	s.introduce()
	for _, c := range s.contests() {
		if s.only == "" || slices.ContainsFunc(strings.Split(s.only, ","), func(p string) bool { return strings.HasPrefix(c.name, p) }) {
			c.hold(c)
		}
	}
	return nil
}

// wholeLength is the least length of a run of the whole program, for which what it does
// before and after the load counts.
const wholeLength = 10 * time.Second

func (s *settings) contests() []contest {
	all := []contest{
		{name: "closed: HTTP/1.1, 64 connections", task: task{url: plainURL, connections: 64}},
		{name: "run: the whole program, HTTP/1.1, 64 connections", task: task{url: plainURL, connections: 64, length: max(s.length, wholeLength)}, ours: wholeName, only: []string{wholeName, "wire", "wrk"}},
		{name: "tls: TLS 1.3, 64 connections", task: task{url: secureURL, connections: 64}},
		{name: "h2 64x1: HTTP/2 over TLS 1.3, 64 connections, 1 stream each", task: task{url: http2URL, http2: true, connections: 64, streams: 1}},
		{name: "h2 8x8: HTTP/2 over TLS 1.3, 8 connections, 8 streams each", task: task{url: http2URL, http2: true, connections: 8, streams: 8}},
		{name: fmt.Sprintf("models: the open model at %.2f of the closed model's rate, 64 connections", openShare), task: task{url: plainURL, connections: 64}, hold: s.models},
		{name: fmt.Sprintf("open: %g/s, 64 connections", s.rate), task: task{url: plainURL, connections: 64, rate: s.rate}},
		{name: "pacing: 1000/s, connections as needed", task: task{url: plainURL, rate: 1000}},
		{name: "growth: 20000/s at 100 ms latency, connections as needed", task: task{url: delayURL, rate: 20_000}},
		{name: "websocket: connections that are held, 1000 messages/s in all", hold: s.sockets},
	}
	for i := range all {
		all[i].ours = cmp.Or(all[i].ours, "wire")
		if all[i].hold == nil {
			all[i].hold = s.hold
		}
	}
	return all
}

func (s *settings) introduce() {
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	fmt.Fprintf(s.stdout, "Linux %s, %d rounds of %v, generators on processor %s, target on processor %s\n", strings.TrimSpace(string(kernel)), s.rounds, s.length, s.generator, s.cpu)
	for _, t := range tools(s.self) {
		fmt.Fprintf(s.stdout, "  %-7s %s\n", t.name, t.version())
	}
}

// version is what a tool says of itself, or what Go's linker says of it.
func (t tool) version() string {
	path, err := exec.LookPath(cmp.Or(t.program, t.name))
	if err != nil {
		return "not installed"
	}
	if b, err := buildinfo.ReadFile(path); err == nil && b.Main.Version != "" {
		return b.Main.Version + " " + b.GoVersion
	}
	for _, flag := range []string{"--version", "-v"} {
		if out, err := exec.Command(path, flag).CombinedOutput(); err == nil || flag == "-v" {
			line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
			return line
		}
	}
	return "unknown"
}

func (s *settings) hold(c contest) {
	c.task.length, c.task.dir = cmp.Or(c.task.length, s.length), s.dir
	fmt.Fprintf(s.stdout, "\n%s\n", c.name)
	outcomes := map[string][]result{}
	failures := map[string]error{}
	var able []tool
	for _, t := range tools(s.self) {
		if !c.takes(t) {
			continue
		}
		command := t.command(c.task)
		if command == nil {
			continue
		}
		if _, err := exec.LookPath(command[0]); err != nil {
			fmt.Fprintf(s.stdout, "  %s is not installed\n", t.name)
			continue
		}
		fmt.Fprintf(s.stdout, "  $ taskset -c %s %s\n", s.generator, strings.ReplaceAll(strings.Join(command, " "), s.self, "bench"))
		able = append(able, t)
	}
	for round := range s.rounds {
		for _, t := range able {
			r, err := s.measure(t, c.task)
			if err != nil {
				failures[t.name] = err
				continue
			}
			r.round = round
			outcomes[t.name] = append(outcomes[t.name], r)
		}
	}
	s.table(c, able, outcomes, failures)
}

func (s *settings) measure(t tool, l task) (result, error) {
	command := exec.Command("taskset", append([]string{"-c", s.generator}, t.command(l)...)...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	command.Env = append(os.Environ(), "SSL_CERT_FILE="+filepath.Join(s.dir, "cert.pem"))
	if t.stdin != nil {
		command.Stdin = strings.NewReader(t.stdin(l))
	}
	if err := command.Run(); err != nil && (t.tolerated == 0 || command.ProcessState.ExitCode() != t.tolerated) {
		return result{}, fmt.Errorf("%w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	requests, p99, err := t.read(l, stdout.Bytes())
	if err != nil || requests == 0 {
		return result{}, fmt.Errorf("no requests: %w", err)
	}
	cpu := command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	r := result{cpu: float64(cpu.Nanoseconds()) / 1e3 / requests, rate: requests / l.length.Seconds(), p99: math.NaN(), lag: [2]float64{math.NaN(), math.NaN()}}
	if t.more != nil {
		t.more(stdout.Bytes(), &r)
	}
	if p99 != unknown {
		r.p99 = float64(p99) / float64(time.Millisecond)
	}
	return r, nil
}

func output(command ...string) ([]byte, error) {
	out, err := exec.Command(command[0], command[1:]...).Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", strings.Join(command, " "), err)
	}
	return out, nil
}

func (s *settings) table(c contest, able []tool, outcomes map[string][]result, failures map[string]error) {
	w := tabwriter.NewWriter(s.stdout, 2, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\ttool\tCPU µs/request\t(least)\trate/s\tp99 ms\t%s ÷ it\t\n", c.ours)
	for _, t := range able {
		all := outcomes[t.name]
		if len(all) == 0 {
			fmt.Fprintf(w, "\t%s\tfailed\t\t\t\t\t\n", t.name)
			continue
		}
		cpu := middle(all, cpuOf)
		least := slices.MinFunc(all, func(a, b result) int { return cmp.Compare(a.cpu, b.cpu) }).cpu
		fmt.Fprintf(w, "\t%s\t%.2f\t%.2f\t%.0f\t%s\t%s\t\n", t.name, cpu, least, middle(all, rateOf), known(middle(all, p99Of)), ratio(outcomes[c.ours], all))
	}
	_ = w.Flush()
	for name, err := range failures {
		fmt.Fprintf(s.stdout, "  %s failed in some round: %v\n", name, err)
	}
}

// ratio compares the CPU time of two tools in the rounds that both have done: the median, the
// least and the greatest. What disturbs a round disturbs both of them.
func ratio(ours, others []result) string {
	var all []float64
	for _, a := range ours {
		for _, b := range others {
			if a.round == b.round {
				all = append(all, a.cpu/b.cpu)
			}
		}
	}
	if len(all) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", median(all), slices.Min(all), slices.Max(all))
}

// known prints a figure, or a dash where there is none.
func known(x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	return fmt.Sprintf("%.2f", x)
}

func middle(all []result, of func(result) float64) float64 {
	var xs []float64
	for _, r := range all {
		xs = append(xs, of(r))
	}
	return median(xs)
}

func median(xs []float64) float64 {
	if len(xs) == 0 {
		return math.NaN()
	}
	xs = slices.Sorted(slices.Values(xs))
	return (xs[(len(xs)-1)/2] + xs[len(xs)/2]) / 2
}
