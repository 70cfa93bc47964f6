package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/results"
)

// again runs the scenario of a recorded run once more, into the same folder.
// Thresholds that fail are no reason not to look at it.
func (g *gating) again(c *cobra.Command, run *results.Run) (*results.Run, error) {
	r := g.running
	r.quiet, r.out = true, filepath.Dir(run.Dir)
	s, err := r.repeat(run)
	if err != nil {
		return nil, err
	}
	free, err := lock(r.out)
	if err != nil {
		return nil, err
	}
	defer free()
	fmt.Fprintln(c.ErrOrStderr(), "alarm: running the scenario once more to confirm it")
	second, cfg, err := r.measure(c, s)
	if second == nil {
		return nil, err
	}
	reported, err := newReportOf(second, cfg)
	if err == nil {
		err = writeReports(reported)
	}
	if err != nil {
		fmt.Fprintf(c.ErrOrStderr(), "warning: %v\n", err)
	}
	return second, nil
}

// lockFile marks a run directory that is being checked, and a folder in which a
// rerun is under way.
const lockFile = "check.lock"

// lockAge is after how long a lock is taken to be left by a process that died:
// longer than any rerun.
const lockAge = 24 * time.Hour

// lock keeps two checks of one run, or two reruns in one folder, from going on at
// the same time, since either would disturb what the other measures.
func lock(dir string) (free func(), err error) {
	name := filepath.Join(dir, lockFile)
	for range 2 {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err == nil {
			_, err = f.WriteString(strconv.Itoa(os.Getpid()) + "\n")
			if err = errors.Join(err, f.Close()); err == nil {
				return func() { _ = os.Remove(name) }, nil
			}
			err = errors.Join(err, os.Remove(name)) // a full disk takes names, and not what is in them
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("cannot write to %s: %w; the gate needs to keep its decision there", dir, err)
		}
		info, err := os.Stat(name)
		if err == nil && time.Since(info.ModTime()) < lockAge {
			pid, _ := os.ReadFile(name)
			return nil, fmt.Errorf("%s is being checked by process %s: wait for it, or remove %s if that process is gone", dir, strings.TrimSpace(string(pid)), name)
		}
		_ = os.Remove(name) // whoever left it is long gone; if it stays, the second try says so
	}
	return nil, fmt.Errorf("%s cannot be taken: remove it", name)
}
