package calibration

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tollgate/scenarios"
)

// A machine that holds every rate up to the first of these on schedule, and
// gets the work done up to the second.
type fake struct {
	holds, does int64
	noise       int // tries that fail at first
	tries       []int64
}

func (f *fake) try(_ context.Context, rate int64) (trial, error) {
	f.tries = append(f.tries, rate)
	t := trial{share: 1, lag: maxLag / 2}
	if f.noise > 0 || rate > f.holds {
		f.noise--
		t.lag = 2 * maxLag
	}
	if rate > f.does {
		t.share = 0.5
	}
	return t, nil
}

func TestSearchFindsTheHighestRateThatIsHeld(t *testing.T) {
	rows := []struct {
		name    string
		machine fake
		least   int64
		most    int64
	}{
		{"a usual machine", fake{holds: 50_000, does: 80_000}, 45_000, 50_000},
		{"one that is late before it is full", fake{holds: 5_000, does: 200_000}, 4_500, 5_000},
		{"one that holds all that is tried", fake{holds: MaxRate, does: MaxRate}, MaxRate, MaxRate},
		{"one that holds nothing", fake{holds: 0, does: 100_000}, 0, 0},
		{"one that does nothing", fake{}, 0, 0},
		{"one that was busy for a moment", fake{holds: 50_000, does: 80_000, noise: 1}, 45_000, 50_000},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			held, err := search(t.Context(), MaxRate, row.machine.try)
			if err != nil || held.Rate < row.least || held.Rate > row.most || held.AtLeast != (held.Rate == MaxRate) || held.Rate > 0 != (held.LagP99 == 0.5) {
				t.Errorf("%+v, %v; want from %d to %d", held, err, row.least, row.most)
			}
			if n := len(row.machine.tries); n > 16 {
				t.Errorf("%d tries: %v", n, row.machine.tries)
			}
			for _, rate := range row.machine.tries {
				if rate > MaxRate {
					t.Errorf("%d/s was tried", rate)
				}
			}
		})
	}
}

func TestSearchKeepsToALimitOnTheRate(t *testing.T) {
	for most, machine := range map[int64]*fake{
		10_000: {holds: 50_000, does: 80_000}, MinRate: {holds: 50_000, does: 80_000}, 5_000: {holds: 2_000, does: 80_000},
	} {
		held, err := search(t.Context(), most, machine.try)
		if err != nil || held.AtLeast != (machine.holds >= most) || held.Rate > min(most, machine.holds) || held.Rate < min(most, machine.holds)*9/10 {
			t.Errorf("up to %d/s: %+v, %v", most, held, err)
		}
		for _, rate := range machine.tries {
			if rate > most {
				t.Errorf("%d/s was tried, and %d/s are allowed", rate, most)
			}
		}
	}
}

func TestSearchTakesALateEngineUpTheLadder(t *testing.T) {
	// Late at 1,000/s, on schedule at 4,000/s: the timers of an idle process are slack.
	held, err := search(t.Context(), MaxRate, func(_ context.Context, rate int64) (trial, error) {
		if rate < 2000 || rate > 5000 {
			return trial{share: 1, lag: 5 * maxLag}, nil
		}
		return trial{share: 1}, nil
	})
	if err != nil || held.Rate < 4000 || held.Rate > 5000 {
		t.Errorf("%+v, %v", held, err)
	}
}

func TestSearchEndsInTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	held, err := search(ctx, MaxRate, func(context.Context, int64) (trial, error) {
		if tries++; tries == 2 {
			cancel()
		}
		return trial{share: 1}, nil
	})
	if err != nil || tries != 2 || held.Rate != MinRate*stride {
		t.Errorf("%+v, %v after %d tries; want the second rate after 2", held, err, tries)
	}
	broken := errors.New("no more sockets")
	if _, err := search(t.Context(), MaxRate, func(context.Context, int64) (trial, error) { return trial{}, broken }); !errors.Is(err, broken) {
		t.Errorf("%v, want %v", err, broken)
	}
}

// serve starts a sink, and returns its address and what ends it.
func serve(t *testing.T) (address string, end func()) {
	t.Helper()
	in, hold := io.Pipe()
	said, out := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- Serve(t.Context(), in, out) }()
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line), func() {
		_ = hold.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestTheSinkAnswersUntilItIsEnded(t *testing.T) {
	address, end := serve(t)
	for range 3 {
		resp, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != 200 || string(body) != "ok" {
			t.Errorf("%s, %q, %v", resp.Status, body, err)
		}
	}
	long, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer long.Close()
	if _, err := io.WriteString(long, strings.Repeat("x", 2*maxLine)); err == nil {
		if n, _ := long.Read(make([]byte, 1)); n > 0 {
			t.Error("a line without end was answered")
		}
	}
	end() // with connections open
	if c, err := net.Dial("tcp", strings.TrimPrefix(address, "http://")); err == nil {
		_ = c.Close()
		t.Error("it still accepts connections")
	}
}

func TestADriverTellsWhatAnEngineDid(t *testing.T) {
	address, end := serve(t)
	defer end()
	d, err := newDriver("vegeta", address)
	if err != nil {
		t.Fatal(err)
	}
	defer d.engine.Close()
	for range 2 { // and counts anew each time
		got, err := d.try(t.Context(), 100)
		if err != nil || got.share != 1 || got.lag <= 0 {
			t.Errorf("%+v, %v; want all of 50 requests answered", got, err)
		}
	}
	if _, err := newDriver("warp", address); err == nil {
		t.Error("there is no such engine")
	}
}

func TestWhatIsKnownIsKeptForThisMachineOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "deep", "calibration.json")
	me, other := Machine{CPU: "a", CPUs: 2, OS: "linux"}, Machine{CPU: "b", CPUs: 2, OS: "linux"}
	if c, err := Read(file, me); c != nil || err != nil {
		t.Errorf("before anything is known: %+v, %v", c, err)
	}
	write := func(m Machine, name string, rate int64) {
		t.Helper()
		c := &Calibration{Version: Version, Machine: m, Engines: map[string]Held{name: {Rate: rate, Measured: time.Unix(1, 0).UTC()}}}
		if err := c.Write(file); err != nil {
			t.Fatal(err)
		}
	}
	write(me, "wire", 50_000)
	write(me, "vegeta", 8_000)
	write(me, "wire", 0) // too busy this time
	c, err := Read(file, me)
	if err != nil || c.Engines["wire"].Rate != 50_000 || c.Engines["vegeta"].Rate != 8_000 || !c.Knows("wire") || c.Knows("warp") {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := Read(file, other); c != nil || err != nil {
		t.Errorf("on another machine: %+v, %v", c, err)
	}
	write(other, "wire", 1_000)
	if c, err := Read(file, me); c != nil || err != nil {
		t.Errorf("overwritten by another machine: %+v, %v", c, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"version":1,"engines":{"wire":{"rate_per_s":5}}}`))
	f.Add([]byte(`{"engines":{"wire":{"rate_per_s":-5}}}`))
	f.Add([]byte(`{"engines":5}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := decode(data)
		if (c == nil) == (err == nil) {
			t.Fatalf("%+v, %v", c, err)
		}
		if err == nil {
			if _, err := json.Marshal(c); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestAFileThatIsNoCalibrationSaysSo(t *testing.T) {
	for _, text := range []string{"", "{", `{"engines":{"wire":{"rate_per_s":-1}}}`, `{"engines":{"wire":{"rate_per_s":999999999}}}`} {
		file := filepath.Join(t.TempDir(), "c.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := Read(file, ThisMachine()); c != nil || err == nil || !strings.Contains(err.Error(), "tollgate calibrate writes it anew") {
			t.Errorf("%q: %+v, %v", text, c, err)
		}
	}
}

func TestStagesThatAskForMoreAreWarnedOf(t *testing.T) {
	s, err := scenarios.Parse("x.yaml", []byte(`name: x
targets: {here: {kind: origin, url: "http://127.0.0.1:9"}}
requests: [{name: get, path: /}]
load:
  - constant: {rate: 5000/s, for: 1s}
  - ramp: {from: 1/s, to: 5001/s, for: 1s}
  - closed: {users: 1000, for: 1s}
engine: {use: vegeta}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := scenarios.NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	knows := func(engine string, rate int64) *Calibration {
		return &Calibration{Engines: map[string]Held{engine: {Rate: rate}}}
	}
	for name, row := range map[string]struct {
		c    *Calibration
		want int
	}{
		"nothing is known":              {nil, 0},
		"another engine is known":       {knows("wire", 10), 0},
		"the machine was too busy":      {knows("vegeta", 0), 0},
		"all is held":                   {knows("vegeta", 5001), 0},
		"the top of a ramp is not held": {knows("vegeta", 5000), 1},
		"neither open stage is held":    {knows("vegeta", 4999), 2},
	} {
		got := row.c.Warnings(p)
		if len(got) != row.want {
			t.Errorf("%s: %v, want %d warnings", name, got, row.want)
		}
		for _, w := range got {
			if !strings.Contains(w.Error(), "engine vegeta is known to hold on schedule") {
				t.Errorf("%s: %v", name, w)
			}
		}
	}
}
