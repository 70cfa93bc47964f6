//go:build probes

package probes_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/session"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

// messages asks a WebSocket API of the lab by one probe.
func messages(t *testing.T, c lab.Sockets, probe string) (results.Finding, *lab.SocketTruth, error) {
	t.Helper()
	l, doors := targettest.StartLab(t, lab.Config{
		Seed: 4, Function: lab.Function{Init: median(time.Millisecond, 0.1), Warm: median(time.Millisecond, 0.1)},
		Doors: []lab.DoorConfig{{Kind: "websocket-api", Sockets: &c}},
	})
	text := fmt.Sprintf("name: live\ntargets: {chat: {kind: websocket-api, region: us-east-1, url: %q}}\nrequests: [{name: ask, send: {action: ask}}, {name: say, send: {action: sendMessage, data: \"${uuid}\"}, reply: none}]\nprobes:\n  - %s\n", doors[0].URL, probe)
	s, err := scenarios.Parse("live.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	run, err := session.Run(t.Context(), session.Config{Scenario: s, Out: t.TempDir()})
	if run == nil || len(run.Findings) != 1 {
		t.Fatalf("no finding: %v", err)
	}
	f := run.Findings[0]
	t.Logf("%s %q (%.1f s, %d requests)", f.Conclusion, f.Reasons, f.Seconds, f.Requests)
	if f.Verdict == results.Invalid {
		err = errCorrupted
	}
	return f, l.Truth().Doors[0].Sockets, err
}

// holds says that an interval must hold the truth, and how far off the value may be.
func holds(f results.Finding, name string, truth, within float64) error {
	v, is := f.Values[name]
	switch {
	case !is || v.Low == nil:
		return fmt.Errorf("there is no %s: %s", name, f.Conclusion)
	case *v.Low > truth || truth > *v.High || math.Abs(v.Value/truth-1) > within:
		return fmt.Errorf("%s is %.5g (%.5g to %.5g), want %.5g", name, v.Value, *v.Low, *v.High, truth)
	}
	return nil
}

func TestTheLimitOfNewConnectionsOfTheLab(t *testing.T) {
	for _, row := range []struct{ rate, burst float64 }{{20, 40}, {100, 30}, {500, 500}} {
		t.Run(fmt.Sprintf("%.0f per second, burst %.0f", row.rate, row.burst), func(t *testing.T) {
			tried(t, func() []error {
				c := lab.Sockets{Connects: &lab.Throttle{Rate: lab.PerSecond(row.rate), Burst: int(row.burst)}}
				f, _, err := messages(t, c, fmt.Sprintf("connect-burst: {expect: {rate: %g/s, burst: %g}}", row.rate, row.burst))
				return []error{err, holds(f, "rate", row.rate, 0.02), holds(f, "burst", row.burst, max(0.03, 1.5/row.burst))}
			})
		})
	}
}

func TestTimeoutsOfTheLabsConnections(t *testing.T) {
	for _, row := range []struct{ idle, life time.Duration }{{time.Second, 4 * time.Second}, {3 * time.Second, 8 * time.Second}} {
		tried(t, func() []error {
			c := lab.Sockets{Idle: lab.Duration(row.idle), Life: lab.Duration(row.life)}
			f, _, err := messages(t, c, fmt.Sprintf("connection-life: {idle: %v, lifetime: %v}", row.idle*5/4, row.life*5/4))
			return []error{err, holds(f, "idle_timeout", row.idle.Seconds(), 0.03), holds(f, "lifetime", row.life.Seconds(), 0.03)}
		})
	}
}

func TestFanOutsOfTheLabReachEveryone(t *testing.T) {
	tried(t, func() []error {
		f, truth, err := messages(t, lab.Sockets{}, "fan-out: {receivers: 100, messages: 400, rate: 50/s}")
		if f.Values["received"].Value != 40_000 || truth.MessagesOut < 40_400 {
			err = errors.Join(err, fmt.Errorf("%v pushes were received, and %d were sent", f.Values["received"].Value, truth.MessagesOut))
		}
		if p99 := f.Values["last_p99"]; p99.Low == nil {
			err = errors.Join(err, errors.New("there is no p99"))
		}
		return []error{err}
	})
}
