package session

import (
	"tollgate/results"
	"tollgate/scenarios/load"
)

// recordSockets keeps what engines counted of the connections over which they sent
// messages, while these are open.
func (d *driver) recordSockets(recorder *results.Recorder) error {
	docs := make([]*results.SocketDoc, len(d.targets))
	found := false
	for _, w := range d.walkers {
		counter, counts := w.engine.(load.SocketCounter)
		if !counts {
			continue
		}
		for i := range d.targets {
			one, counted := counter.Sockets(i)
			if !counted {
				continue
			}
			if docs[i] != nil {
				one = docs[i].And(one)
			}
			docs[i], found = &one, true
		}
	}
	if !found {
		return nil
	}
	return recorder.Update(func(doc *results.Document) {
		for i := range docs {
			doc.Targets[i].Sockets = docs[i]
		}
	})
}
