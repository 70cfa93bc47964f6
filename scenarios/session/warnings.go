package session

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"tollgate/results"
	"tollgate/targets"
)

// warnings collect what engines and signers report while a run lasts: notes on
// targets, and credentials that cannot be renewed. They become the run's warnings.
// A nil one collects nothing.
type warnings struct {
	targets []targets.Target

	mu       sync.Mutex
	keyrings []renewed
	all      []string
	saved    int    // of all
	latest   string // about credentials, which may still be fixed in time
}

// A renewed is a keyring, and the targets that requests are sent to with its credentials.
type renewed struct {
	keyring targets.Keyring
	targets []string
	taken   int // of its warnings
}

// about names what its warnings are about.
func (r *renewed) about() string {
	names := make([]string, len(r.targets))
	for i, name := range r.targets {
		names[i] = strconv.Quote(name)
	}
	if len(names) == 1 {
		return "target " + names[0]
	}
	return "targets " + strings.Join(names, ", ")
}

func newWarnings(ts []targets.Target) *warnings { return &warnings{targets: ts} }

// watch collects the warnings of the stamps of some targets from now on. A keyring that
// several share is watched once.
func (w *warnings) watch(ts []targets.Target, stamps []targets.Stamp) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, s := range stamps {
		if s.Keyring == nil {
			continue
		}
		at := slices.IndexFunc(w.keyrings, func(r renewed) bool { return r.keyring == s.Keyring })
		if at < 0 {
			at = len(w.keyrings)
			w.keyrings = append(w.keyrings, renewed{keyring: s.Keyring})
		}
		if r := &w.keyrings[at]; !slices.Contains(r.targets, ts[i].Name) {
			r.targets = append(r.targets, ts[i].Name)
		}
	}
}

// issued returns the function that lists the credentials that were issued for the run so
// far; nil: none are.
func (w *warnings) issued() func() []string {
	if w == nil || len(w.keyrings) == 0 {
		return nil
	}
	return func() (all []string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, r := range w.keyrings {
			all = append(all, r.keyring.Secrets()...)
		}
		return all
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
	for i := range w.keyrings {
		r := &w.keyrings[i]
		all := r.keyring.Warnings()
		for _, text := range all[r.taken:] {
			w.latest = r.about() + ": " + text
			w.all = append(w.all, w.latest)
		}
		r.taken = len(all)
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
