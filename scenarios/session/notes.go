package session

import (
	"fmt"
	"slices"
	"sync"

	"tollgate/results"
	"tollgate/targets"
)

// Notes are what an engine says of the targets beside their numbers. Each is
// kept once, among the run's warnings.
type notes struct {
	targets []targets.Target

	mu    sync.Mutex
	all   []string
	saved int // of all
}

// of returns how an engine tells of the targets from the first'th on.
func (n *notes) of(first int) func(target uint16, words string) {
	return func(target uint16, words string) {
		n.mu.Lock()
		defer n.mu.Unlock()
		word := fmt.Sprintf("target %q: %s", n.targets[first+int(target)].Name, words)
		if !slices.Contains(n.all, word) {
			n.all = append(n.all, word)
		}
	}
}

// keep writes what is new. What cannot be kept is new again next time.
func (n *notes) keep(r *results.Recorder) error {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	news := n.all[n.saved:]
	if len(news) == 0 {
		return nil
	}
	if err := r.Update(func(d *results.Document) { d.Warnings = append(d.Warnings, news...) }); err != nil {
		return err
	}
	n.saved = len(n.all)
	return nil
}
