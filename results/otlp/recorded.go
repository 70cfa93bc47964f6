package otlp

import (
	"context"
	"fmt"
	"time"

	"tollgate/results"
)

// Send sends a recorded run, as one point in time: its end. rejected says what the receiver
// did not take of it.
func Send(ctx context.Context, to *Receiver, run *results.Run) (rejected string, err error) {
	doc := &run.Document
	if doc.Lacks(results.LackStart) || doc.Lacks(results.LackTimes) {
		return "", fmt.Errorf("%s was imported from files that do not say when it began: the times of its metrics would be invented, so none are sent", doc.ID)
	}
	w := newWindow(doc.Started)
	w.run(run)
	m := &message{to: to, from: nanoseconds(doc.Started), at: nanoseconds(doc.Started.Add(time.Duration(doc.Seconds * float64(time.Second))))}
	m.window(w)
	m.conclude(doc)
	rejected, err = to.deliver(ctx, m.request(doc))
	if err != nil {
		return "", fmt.Errorf("%s was not delivered to %s: %w", doc.ID, to, err)
	}
	return rejected, nil
}
