package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/results/compare"
)

// An Entry is a run as the history knows it.
type Entry struct {
	compare.RunValues
	State    results.State   `json:"state"`
	Seconds  float64         `json:"duration_s"`
	Tags     results.Tags    `json:"tags,omitempty"`
	Targets  []string        `json:"targets"`
	MonthUSD []Month         `json:"month_usd,omitempty"`
	Gate     compare.Outcome `json:"gate,omitempty"` // "": the run was not checked
	Armed    compare.State   `json:"gate_state,omitempty"`
	Failed   []string        `json:"failed_thresholds,omitempty"`
	Notes    []Note          `json:"notes,omitempty"`
}

// A Month is what a target costs in a month, as its bill has it.
type Month struct {
	Target string  `json:"target"`
	USD    float64 `json:"usd"`
}

// Model says whether a target of the run was a model.
func (e *Entry) Model(target string) bool { return slices.Contains(e.Models, target) }

// Read reads the entry of one run directory.
func Read(dir string) (*Entry, error) {
	run, err := results.Open(dir)
	if err != nil {
		return nil, err
	}
	d := &run.Document
	e := &Entry{RunValues: compare.ValuesOf(run), State: d.State, Seconds: d.Seconds, Tags: d.Tags, Targets: []string{}}
	for _, t := range d.Targets {
		e.Targets = append(e.Targets, t.Name)
		if t.Bill != nil && len(t.Bill.Lines) > 0 {
			e.MonthUSD = append(e.MonthUSD, Month{t.Name, t.Bill.Month.Float()})
		}
	}
	for _, t := range d.Thresholds {
		if !t.Passed {
			e.Failed = append(e.Failed, t.Target+": "+t.Threshold)
		}
	}
	decision, err := compare.ReadDecision(dir)
	if err != nil {
		return nil, err
	}
	if decision != nil {
		e.Armed = decision.State
		e.Gate, e.Alarmed, e.RerunOf = decision.Outcome, decision.Outcome == compare.Regression, decision.RerunOf
	}
	if e.Notes, err = Notes(dir); err != nil {
		return nil, err
	}
	apply(&e.RunValues, e.Notes)
	return e, nil
}

// Prunable returns the runs without notes that began before a time, newest first:
// runs that were accepted, excluded or annotated are kept, and so are those that
// may still be recording.
func Prunable(entries []Entry, before time.Time) (old []Entry) {
	for _, e := range entries {
		if e.Started.Before(before) && len(e.Notes) == 0 && e.State != results.Running && e.State != results.Torn {
			old = append(old, e)
		}
	}
	return old
}

// Remove deletes a run directory for good.
func Remove(dir string) error {
	if !results.IsRun(dir) {
		return fmt.Errorf("%s is not a run directory: it has no %s", dir, results.FileRun)
	}
	info, err := os.Lstat(dir)
	if err == nil && !info.IsDir() {
		err = errors.New("it is a link to another folder")
	}
	if err == nil {
		// First the file that makes it a run, so that what is left after a crash
		// is not taken for one.
		err = os.Remove(filepath.Join(dir, results.FileRun))
	}
	if err == nil {
		err = os.RemoveAll(dir)
	}
	if err != nil {
		return fmt.Errorf("%s is not deleted: %w", dir, err)
	}
	return nil
}
