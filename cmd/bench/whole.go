//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// wholeName is the program by itself: "tollgate run", from reading the scenario to
// writing the report.
const wholeName = "run"

// wholeScenario is what it runs: as the others, a closed loop.
const wholeScenario = `name: bench
targets:
  nginx: {kind: origin, url: %q}
requests:
  - {name: get, method: GET, path: /}
load:
  - closed: {users: %[2]d, for: %[3]s}
engine: {use: wire, connections: %[2]d, max_connections: %[2]d}
`

var wholeTool = tool{
	name:    wholeName,
	program: "tollgate",
	// On one processor that it keeps busy it calls its own run invalid, rightly.
	tolerated: 96,
	command: func(l task) []string {
		file := filepath.Join(l.dir, "scenario.yaml")
		text := fmt.Appendf(nil, wholeScenario, l.url, l.connections, l.seconds())
		if l.rate > 0 || l.connections == 0 || l.http2 || os.WriteFile(file, text, 0o600) != nil {
			return nil
		}
		return []string{"tollgate", "run", file, "--out", filepath.Join(l.dir, "runs"), "--quiet", "--json"}
	},
	read: func(l task, out []byte) (float64, time.Duration, error) {
		var r struct {
			Targets []struct {
				Requests, Failed int64
				Latency          map[string]struct{ P99 float64 } `json:"latency_ms"`
			}
		}
		if err := json.Unmarshal(out, &r); err != nil {
			return 0, 0, err
		}
		if len(r.Targets) != 1 || r.Targets[0].Failed > 0 {
			return 0, 0, fmt.Errorf("requests failed: %+v", r.Targets)
		}
		t := r.Targets[0]
		p99 := time.Duration(t.Latency["response"].P99 * float64(time.Millisecond))
		return float64(t.Requests), p99, os.RemoveAll(filepath.Join(l.dir, "runs"))
	},
}
