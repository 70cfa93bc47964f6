package store

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"tollgate/scenarios/fleet"
)

// Variables of a process that plays a member.
const (
	asMember = "TOLLGATE_TEST_MEMBER" // its index; then the test binary is one
	inStore  = "TOLLGATE_TEST_STORE"
	itsClock = "TOLLGATE_TEST_CLOCK" // how far its clock is ahead
)

// A beginning is what a member says when it began.
type beginning struct {
	Began time.Time // by the machine's true clock
	Start fleet.Start
	Err   string
}

func TestMain(m *testing.M) {
	if index, err := strconv.Atoi(os.Getenv(asMember)); err == nil {
		playMember(index)
		return
	}
	os.Exit(m.Run())
}

func playMember(index int) {
	ahead, _ := time.ParseDuration(os.Getenv(itsClock))
	b := beginning{}
	s, err := Open(context.Background(), os.Getenv(inStore))
	if err == nil {
		m := fleet.Member{Store: s, RunID: "skew", Index: index, Count: 4, Now: func() time.Time { return time.Now().Add(ahead) }}
		if _, err = m.Join(context.Background()); err == nil {
			b.Start, err = m.Claim(context.Background())
			b.Began = time.Now()
		}
	}
	if err != nil {
		b.Err = err.Error()
	}
	_ = json.NewEncoder(os.Stdout).Encode(b)
}

// mostSkew is how far apart the members of a fleet may begin.
const mostSkew = 20 * time.Millisecond

// startSkew is how far apart four processes take their start to be, the clock of the second
// being two seconds ahead, and how far apart they began: a machine that is busy wakes them
// late.
func startSkew(t *testing.T, address string) (meant, began time.Duration) {
	t.Helper()
	var all []*exec.Cmd
	var outs []chan beginning
	for index := 1; index <= 4; index++ {
		c := exec.CommandContext(t.Context(), os.Args[0])
		c.Env = append(os.Environ(), asMember+"="+strconv.Itoa(index), inStore+"="+address)
		if index == 2 {
			c.Env = append(c.Env, itsClock+"=2s")
		}
		c.Stderr = os.Stderr
		out, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		said := make(chan beginning, 1)
		go func() {
			var b beginning
			if err := json.NewDecoder(out).Decode(&b); err != nil {
				b.Err = err.Error()
			}
			said <- b
		}()
		all, outs = append(all, c), append(outs, said)
	}
	var starts, begins []time.Time
	for i, c := range all {
		b := <-outs[i]
		_ = c.Wait()
		if b.Err != "" {
			t.Fatalf("member %d: %s", i+1, b.Err)
		}
		t.Logf("member %d: late by %v, clock %+v, round trip %v", i+1, b.Start.Late, b.Start.Clock, b.Start.Trip)
		starts, begins = append(starts, b.Began.Add(-b.Start.Late)), append(begins, b.Began)
	}
	return span(starts), span(begins)
}

func span(times []time.Time) time.Duration {
	return slices.MaxFunc(times, time.Time.Compare).Sub(slices.MinFunc(times, time.Time.Compare))
}

func TestFourProcessesStartTogether(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	meant, began := startSkew(t, t.TempDir())
	t.Logf("four processes began within %v; by their clocks, within %v", began, meant)
	if meant > mostSkew {
		t.Errorf("by their clocks they began within %v, want %v", meant, mostSkew)
	}
}
