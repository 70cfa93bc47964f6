package fleet

import (
	"cmp"
	"context"
	"time"
)

// stopEvery is how often a member looks whether it is to stop.
const stopEvery = 2 * time.Second

// Stop ends a run: before its start nothing will be sent, and afterwards its members are asked
// to stop.
func Stop(ctx context.Context, s Store, id, why string) error {
	if err := CheckID(id); err != nil {
		return err
	}
	o := objects{s, id}
	cancelled, err := o.create(ctx, keyStart, beginning{Version: version, Cancelled: why})
	if err != nil || cancelled {
		return err
	}
	_, err = o.create(ctx, keyStop, stop{version, why})
	return err
}

// Stopped waits until the run is asked to stop, and says why; "" when the context ends
// first. While the store cannot be reached, the load goes on.
func (m *Member) Stopped(ctx context.Context) (why string) {
	for {
		call, cancel := context.WithTimeout(ctx, callTime)
		var s stop
		err := m.objects().read(call, keyStop, &s)
		cancel()
		if err == nil {
			return cmp.Or(s.Why, "no reason is given")
		}
		if m.sleep(ctx, m.now().Add(stopEvery)) != nil {
			return ""
		}
	}
}
