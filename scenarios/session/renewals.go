package session

import (
	"fmt"
	"sync"

	"tollgate/results"
	"tollgate/targets"
)

// Renewals report credentials that cannot be renewed, among the run's warnings
// and in its progress, while there is still time to do something about it.
type renewals struct {
	targets []targets.Target
	stamps  []targets.Stamp

	mu    sync.Mutex
	noted []int  // of the warnings of each stamp
	last  string // the latest of all
}

func newRenewals(ts []targets.Target, stamps []targets.Stamp) *renewals {
	return &renewals{targets: ts, stamps: stamps, noted: make([]int, len(stamps))}
}

// note keeps what is new with the run, and returns the latest warning of all,
// "" if there is none. A warning that cannot be kept is new again next time.
func (n *renewals) note(r *results.Recorder) (latest string, err error) {
	if n == nil {
		return "", nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	var news []string
	count := make([]int, len(n.stamps))
	for i, s := range n.stamps {
		if s.Warnings == nil {
			continue
		}
		all := s.Warnings()
		for _, w := range all[n.noted[i]:] {
			news = append(news, fmt.Sprintf("target %q: %s", n.targets[i].Name, w))
		}
		count[i] = len(all)
	}
	if len(news) == 0 {
		return n.last, nil
	}
	n.last = news[len(news)-1]
	if err := r.Update(func(d *results.Document) { d.Warnings = append(d.Warnings, news...) }); err != nil {
		return n.last, err
	}
	n.noted = count
	return n.last, nil
}
