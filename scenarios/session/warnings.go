package session

import (
	"fmt"
	"slices"
	"sync"

	"tollgate/results"
	"tollgate/targets"
)

// warnings collect what engines and signers report while a run lasts: notes on
// targets, and credentials that cannot be renewed. They become the run's warnings.
// A nil one collects nothing.
type warnings struct {
	targets []targets.Target

	mu      sync.Mutex
	stamped []stamped
	all     []string
	saved   int    // of all
	latest  string // about credentials, which may still be fixed in time
}

// A stamped is a target with what signs requests to it.
type stamped struct {
	target string
	stamp  targets.Stamp
	taken  int // of its warnings
}

func newWarnings(ts []targets.Target) *warnings { return &warnings{targets: ts} }

// watch collects the warnings of the stamps of some targets from now on.
func (w *warnings) watch(ts []targets.Target, stamps []targets.Stamp) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, s := range stamps {
		if s.Warnings != nil {
			w.stamped = append(w.stamped, stamped{target: ts[i].Name, stamp: s})
		}
	}
}

// noteFrom returns the function by which an engine notes something about one of the
// targets, of which it numbers the first'th as 0. Each note is kept once.
func (w *warnings) noteFrom(first int) func(target uint16, text string) {
	return func(target uint16, text string) {
		if w == nil {
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		text = fmt.Sprintf("target %q: %s", w.targets[first+int(target)].Name, text)
		if !slices.Contains(w.all, text) {
			w.all = append(w.all, text)
		}
	}
}

func (w *warnings) add(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, text)
}

// save adds what is new to the run's warnings. What cannot be saved is tried again
// next time.
func (w *warnings) save(r *results.Recorder) error {
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.stamped {
		s := &w.stamped[i]
		all := s.stamp.Warnings()
		for _, text := range all[s.taken:] {
			w.latest = fmt.Sprintf("target %q: %s", s.target, text)
			w.all = append(w.all, w.latest)
		}
		s.taken = len(all)
	}
	news := w.all[w.saved:]
	if len(news) == 0 {
		return nil
	}
	if err := r.Update(func(d *results.Document) { d.Warnings = append(d.Warnings, news...) }); err != nil {
		return err
	}
	w.saved = len(w.all)
	return nil
}

// credentials is the latest warning about credentials, "" if there is none.
func (w *warnings) credentials() string {
	if w == nil {
		return ""
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.latest
}
