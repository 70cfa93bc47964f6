//go:build linux

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

type task struct {
	url         string
	http2       bool
	connections int     // 0: as many as needed
	streams     int     // on each, with HTTP/2
	rate        float64 // 0: as fast as the answers come
	length      time.Duration
	dir         string // for files of the tools
}

// users is how many requests are under way at a time.
func (l task) users() int { return l.connections * max(l.streams, 1) }

func (l task) seconds() string { return fmt.Sprintf("%gs", l.length.Seconds()) }

type tool struct {
	name string
	// program is what is started; "": by the tool's name.
	program string
	// command returns how the tool is asked for a load, nil if it cannot do that.
	command func(l task) []string
	stdin   func(l task) string
	// read finds the number of requests and their p99 in what the tool left.
	read func(l task, stdout []byte) (requests float64, p99 time.Duration, err error)
	// more finds what only this tool reports; nil: nothing.
	more func(stdout []byte, r *result)
	// tolerated is a status with which the tool may exit besides 0.
	tolerated int
}

func tools(self string) []tool {
	return []tool{wireTool(self), wholeTool, floorTool(self), wrk, h2load, hey, vegetaTool, fortio, k6}
}

// wireTool is our engine by itself, with recording.
func wireTool(self string) tool {
	return tool{name: "wire", program: self, command: func(l task) []string {
		c := []string{self, "drive", "-engine", "wire", "-url", l.url, "-for", l.seconds()}
		if l.http2 {
			c = append(c, "-http", "2", "-streams", strconv.Itoa(l.streams))
		}
		if l.rate > 0 {
			c = append(c, "-rate", fmt.Sprint(l.rate))
		}
		if l.connections > 0 {
			n := strconv.Itoa(l.connections)
			c = append(c, "-users", strconv.Itoa(l.users()), "-connections", n, "-max-connections", n)
		}
		return c
	}, read: readOurs, more: func(out []byte, r *result) {
		var f figure
		_ = json.Unmarshal(out, &f) // readOurs has complained
		r.rate, r.lag = f.Rate, [2]float64{f.LagP50, f.LagP99}
	}}
}

func readOurs(_ task, out []byte) (float64, time.Duration, error) {
	var f figure
	err := json.Unmarshal(out, &f)
	if err == nil && f.Failed > 0 {
		err = fmt.Errorf("%d of %d requests failed", f.Failed, f.Requests)
	}
	return float64(f.Requests), time.Duration(f.P99 * float64(time.Millisecond)), err
}

// unknown is a percentile that a tool does not report.
const unknown = time.Duration(math.MinInt64)

var wrk = tool{
	name: "wrk",
	command: func(l task) []string {
		if l.rate > 0 || l.connections == 0 || l.http2 {
			return nil
		}
		return []string{"wrk", "-t1", fmt.Sprintf("-c%d", l.connections), "-d" + l.seconds(), "--latency", l.url}
	},
	read: func(_ task, out []byte) (float64, time.Duration, error) {
		n, err := number(out, `(\d+) requests in`)
		p99, err2 := span(out, `99%\s+([\d.]+\w+)`)
		return n, p99, errors.Join(err, err2)
	},
}

var h2load = tool{
	name: "h2load",
	command: func(l task) []string {
		if l.rate > 0 || l.connections == 0 {
			return nil
		}
		how := []string{"--h1"}
		if l.http2 {
			how = []string{"-m", strconv.Itoa(l.streams)}
		}
		return slices.Concat([]string{"h2load"}, how, []string{"-t1", "-c", strconv.Itoa(l.connections), "-D", fmt.Sprint(l.length.Seconds()), l.url})
	},
	read: func(_ task, out []byte) (float64, time.Duration, error) {
		n, err := number(out, `requests: \d+ total, \d+ started, (\d+) done`)
		return n, unknown, err
	},
}

var hey = tool{
	name: "hey",
	command: func(l task) []string {
		if l.connections == 0 || l.http2 { // it has all streams on one connection
			return nil
		}
		c := []string{"hey", "-cpus", "1", "-z", l.seconds(), "-c", strconv.Itoa(l.connections)}
		if l.rate > 0 {
			c = append(c, "-q", fmt.Sprint(l.rate/float64(l.connections)))
		}
		return append(c, l.url)
	},
	read: func(_ task, out []byte) (float64, time.Duration, error) {
		rate, err := number(out, `Requests/sec:\s+([\d.]+)`)
		total, err2 := number(out, `Total:\s+([\d.]+) secs`)
		p99, err3 := number(out, `99% in ([\d.]+) secs`)
		return rate * total, time.Duration(p99 * float64(time.Second)), errors.Join(err, err2, err3)
	},
}

var vegetaTool = tool{
	name: "vegeta",
	command: func(l task) []string {
		c := []string{"vegeta", "attack", "-insecure", fmt.Sprintf("-http2=%t", l.http2), "-duration", l.seconds(), "-output", vegetaFile(l)}
		if n := strconv.Itoa(l.connections); l.connections > 0 {
			c = append(c, "-max-connections", n, "-connections", n)
		}
		if n := strconv.Itoa(l.users()); l.connections > 0 {
			c = append(c, "-workers", n, "-max-workers", n)
		}
		return append(c, "-rate", fmt.Sprint(l.rate))
	},
	stdin: func(l task) string { return "GET " + l.url + "\n" },
	read: func(l task, _ []byte) (float64, time.Duration, error) {
		out, err := output("vegeta", "report", "-type", "json", vegetaFile(l))
		if err != nil {
			return 0, 0, err
		}
		var r struct {
			Requests  float64
			Latencies struct {
				P99 time.Duration `json:"99th"`
			}
		}
		err = json.Unmarshal(out, &r)
		return r.Requests, r.Latencies.P99, errors.Join(err, os.Remove(vegetaFile(l)))
	},
}

func vegetaFile(l task) string { return filepath.Join(l.dir, "vegeta.bin") }

var fortio = tool{
	name: "fortio",
	command: func(l task) []string {
		if l.connections == 0 || l.streams > 1 {
			return nil
		}
		qps := "-1"
		if l.rate > 0 {
			qps = fmt.Sprint(l.rate)
		}
		c := []string{"fortio", "load", "-quiet", "-k", "-json", "-", "-p", "99", "-qps", qps, "-c", strconv.Itoa(l.connections), "-t", l.seconds()}
		if l.http2 {
			c = append(c, "-h2")
		}
		return append(c, l.url)
	},
	read: func(_ task, out []byte) (float64, time.Duration, error) {
		var r struct {
			DurationHistogram struct {
				Count       float64
				Percentiles []struct{ Percentile, Value float64 }
			}
		}
		if err := json.Unmarshal(out, &r); err != nil {
			return 0, 0, err
		}
		p99 := unknown
		for _, p := range r.DurationHistogram.Percentiles {
			p99 = time.Duration(p.Value * float64(time.Second))
		}
		return r.DurationHistogram.Count, p99, nil
	},
}

// k6Script is what k6 runs: nothing but requests.
const k6Script = `import http from "k6/http";
export const options = {discardResponseBodies: true, insecureSkipTLSVerify: true, summaryTrendStats: ["p(99)"], %s};
export default function () { http.get("%s"); }
`

var k6 = tool{
	name: "k6",
	command: func(l task) []string {
		if l.connections == 0 || l.streams > 1 { // it speaks HTTP/2 wherever that is offered
			return nil
		}
		how := fmt.Sprintf(`vus: %d, duration: "%s"`, l.connections, l.seconds())
		if l.rate > 0 {
			how = fmt.Sprintf(`scenarios: {open: {executor: "constant-arrival-rate", rate: %g, timeUnit: "1s", duration: "%s", preAllocatedVUs: %d, maxVUs: %d}}`,
				l.rate, l.seconds(), l.connections, l.connections)
		}
		script := filepath.Join(l.dir, "k6.js")
		if os.WriteFile(script, fmt.Appendf(nil, k6Script, how, l.url), 0o600) != nil {
			return nil
		}
		return []string{"k6", "run", "--quiet", "--no-usage-report", "--summary-export", filepath.Join(l.dir, "k6.json"), script}
	},
	read: func(l task, _ []byte) (float64, time.Duration, error) {
		out, err := os.ReadFile(filepath.Join(l.dir, "k6.json"))
		if err != nil {
			return 0, 0, err
		}
		var r struct {
			Metrics map[string]map[string]any
		}
		err = json.Unmarshal(out, &r)
		count, _ := r.Metrics["http_reqs"]["count"].(float64)
		p99, _ := r.Metrics["http_req_duration"]["p(99)"].(float64)
		return count, time.Duration(p99 * float64(time.Millisecond)), err
	},
}

func number(out []byte, pattern string) (float64, error) {
	m := regexp.MustCompile(pattern).FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("no %q in the tool's output", pattern)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

func span(out []byte, pattern string) (time.Duration, error) {
	m := regexp.MustCompile(pattern).FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("no %q in the tool's output", pattern)
	}
	return time.ParseDuration(string(m[1]))
}
