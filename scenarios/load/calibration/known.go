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
	"strings"
	"time"

	"tollgate/results"
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
