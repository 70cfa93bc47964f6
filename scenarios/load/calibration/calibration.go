// Package calibration finds out, once, the highest rate that each engine holds
// on schedule on this machine, and says beforehand which stages ask for more.
//
//  1. [Measure] starts a sink in a process of its own: the least that can be
//     called an HTTP server, so that the engine is what gives way.
//  2. It tries constant rates, half a second each: first each four times as high
//     as the one before, until requests are left undone, then between the
//     highest that was held and the next. A rate is held when no more than one
//     request in a hundred went wrong and the lag's 99th percentile is below a
//     millisecond. A rate that was not held has a second try, since a machine may
//     be busy with something else for a moment.
//  3. A [Calibration] is kept in the user's cache, with the processor that it is
//     true of. On another processor it counts for nothing.
//
// # Why
//
// The lag may be worse at a low rate than at a higher one (timers of an idle
// process are slack), so the search climbs on as long as the work gets done, and
// takes the highest rate that was on schedule.
//
// The sink shares the machine with the engine, as a lab does. Against a target
// elsewhere an engine holds more; what is known is a lower bound, and a plan
// that exceeds it is warned of and not refused. The run's own verdict decides.
package calibration

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load/engines"
)

// Version is that of the file's format.
const Version = 1

// A Calibration is what the engines were measured to hold on a machine.
type Calibration struct {
	Version int             `json:"version"`
	Tool    string          `json:"tool"`
	Machine Machine         `json:"machine"`
	Engines map[string]Held `json:"engines"`
}

// A Machine is what a calibration is true of.
type Machine struct {
	CPU  string `json:"cpu"`
	CPUs int    `json:"cpus"`
	OS   string `json:"os"`
}

// Held is the highest rate that an engine held on schedule.
type Held struct {
	Rate     int64     `json:"rate_per_s"` // 0: none of those tried
	AtLeast  bool      `json:"at_least"`   // no higher one was tried
	LagP99   float64   `json:"lag_p99_ms"` // at that rate
	Measured time.Time `json:"measured"`
}

// ThisMachine is the machine that this program runs on.
func ThisMachine() Machine {
	m := Machine{CPU: runtime.GOARCH, CPUs: runtime.NumCPU(), OS: runtime.GOOS}
	info, err := os.ReadFile("/proc/cpuinfo") // Linux
	if err != nil {
		return m
	}
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			m.CPU = strings.TrimSpace(value)
			break
		}
	}
	return m
}

// File is where a user's calibration is kept.
func File() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no folder for what is kept between runs: %w", err)
	}
	return filepath.Join(cache, "tollgate", "calibration.json"), nil
}

// maxFile bounds what is read of a calibration.
const maxFile = 64 << 10

// Read reads a calibration. It is nil where there is none that is true of m.
func Read(file string, m Machine) (*Calibration, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, err
	}
	c, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; tollgate calibrate writes it anew", file, err)
	}
	if c.Version != Version || c.Machine != m {
		return nil, nil
	}
	return c, nil
}

func decode(data []byte) (*Calibration, error) {
	var c Calibration
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("is no calibration: %w", err)
	}
	for name, h := range c.Engines {
		if h.Rate < 0 || h.Rate > MaxRate || h.LagP99 < 0 {
			return nil, fmt.Errorf("is no calibration: engine %q held %d/s with a lag of %g ms", name, h.Rate, h.LagP99)
		}
	}
	return &c, nil
}

// Write keeps a calibration, and what is known of other engines of the same
// machine, or of one that held nothing this time.
func (c *Calibration) Write(file string) error {
	if old, err := Read(file, c.Machine); err == nil && old != nil {
		for name, h := range old.Engines {
			if c.Engines[name].Rate == 0 {
				c.Engines[name] = h
			}
		}
	}
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return results.Replace(file, append(data, '\n'))
}

// Knows reports whether it is known what an engine holds. That it held nothing
// says more about what else the machine did at the time.
func (c *Calibration) Knows(engine string) bool {
	return c != nil && c.Engines[engine].Rate > 0
}

// Warnings are about the stages of a plan that ask for more than the engine
// that will drive them is known to hold. A nil Calibration knows of nothing.
func (c *Calibration) Warnings(p *scenarios.Plan) []error {
	var all []error
	for _, engine := range Engines(p) {
		if !c.Knows(engine) {
			continue
		}
		held, over := c.Engines[engine], false
		for i := range p.Stages {
			s := &p.Stages[i]
			if s.Peak() <= float64(held.Rate) {
				continue
			}
			over = true
			all = append(all, fmt.Errorf("%s (%v) asks for up to %.0f/s, more than the %d/s that engine %s is known to hold on schedule on this machine: the run may be invalid (tollgate calibrate measures again)", s.Title(), s.Load, s.Peak(), held.Rate, engine))
		}
		if !over && p.Peak() > float64(held.Rate) {
			all = append(all, fmt.Errorf("the populations together ask for up to %.0f/s, more than the %d/s that engine %s is known to hold on schedule on this machine: the run may be invalid (tollgate calibrate measures again)", p.Peak(), held.Rate, engine))
		}
	}
	return all
}

// Engines are the names of the engines that will drive a plan's load, none where
// some target has none.
func Engines(p *scenarios.Plan) (names []string) {
	choices, err := engines.All.Choose(p.Scenario.Engine, p.Scenario.Targets)
	if err != nil {
		return nil
	}
	for _, c := range choices {
		if !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}
