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
	"strconv"
	"time"
)

type task struct {
	url         string
	connections int     // 0: as many as needed
	rate        float64 // 0: as fast as the answers come
	length      time.Duration
	dir         string // for files of the tools
}

func (l task) seconds() string { return fmt.Sprintf("%gs", l.length.Seconds()) }

type tool struct {
	name string
	// command returns how the tool is asked for a load, nil if it cannot do that.
	command func(l task) []string
	stdin   func(l task) string
	// read finds the number of requests and their p99 in what the tool left.
	read func(l task, stdout []byte) (requests float64, p99 time.Duration, err error)
	// rate finds the rate that was kept; nil: all requests were sent within the time.
	rate func(stdout []byte) float64
}

func tools(self string) []tool {
	ours := func(engine string) tool {
		return tool{name: engine, command: func(l task) []string {
			c := []string{self, "drive", "-engine", engine, "-url", l.url, "-for", l.seconds()}
			if l.rate > 0 {
				c = append(c, "-rate", fmt.Sprint(l.rate))
			}
			if l.connections > 0 {
				n := strconv.Itoa(l.connections)
				c = append(c, "-users", n, "-connections", n, "-max-connections", n)
			}
			return c
		}, read: readOurs, rate: func(out []byte) float64 {
			var f figure
			_ = json.Unmarshal(out, &f) // readOurs has complained
			return f.Rate
		}}
	}
	return []tool{ours("wire"), wrk, h2load, hey, vegetaTool, fortio, k6}
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
		if l.rate > 0 || l.connections == 0 {
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
		return []string{"h2load", "--h1", "-t1", "-c", strconv.Itoa(l.connections), "-D", fmt.Sprint(l.length.Seconds()), l.url}
	},
	read: func(_ task, out []byte) (float64, time.Duration, error) {
		n, err := number(out, `requests: \d+ total, \d+ started, (\d+) done`)
		return n, unknown, err
	},
}

var hey = tool{
	name: "hey",
	command: func(l task) []string {
		if l.connections == 0 {
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
		c := []string{"vegeta", "attack", "-insecure", "-http2=false", "-duration", l.seconds(), "-output", vegetaFile(l)}
		if n := strconv.Itoa(l.connections); l.connections > 0 {
			c = append(c, "-workers", n, "-max-workers", n, "-max-connections", n, "-connections", n)
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
		if l.connections == 0 {
			return nil
		}
		qps := "-1"
		if l.rate > 0 {
			qps = fmt.Sprint(l.rate)
		}
		return []string{"fortio", "load", "-quiet", "-k", "-json", "-", "-p", "99", "-qps", qps, "-c", strconv.Itoa(l.connections), "-t", l.seconds(), l.url}
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
		if l.connections == 0 {
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
