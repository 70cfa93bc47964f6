package load

import (
	"os"
	"testing"
	"time"

	"tollgate/results"
)

func TestProcStatIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		want work
	}{
		"all columns":        {"cpu  100 20 30 4000 50 6 7 8 0 0", work{1630 * time.Millisecond, 80 * time.Millisecond, 70 * time.Millisecond}},
		"an old kernel":      {"cpu  100 20 30 4000", work{}},
		"one processor only": {"cpu0 100 20 30 4000 50 6 7 8 0 0", work{}},
		"not numbers":        {"cpu  a b c d e f g h i j", work{}},
		"empty":              {"", work{}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := parseWork(c.line); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestWorkBetweenTwoLooksIsInCores(t *testing.T) {
	before := work{busy: time.Second, stolen: time.Second, softIRQ: time.Second}
	after := work{busy: 4 * time.Second, stolen: 2 * time.Second, softIRQ: time.Second / 2}
	want := results.Strain{Busy: 1.5, Stolen: 0.5} // a counter that went back counts as nothing
	if got := after.since(before, 2*time.Second); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestSocketsAreThoseInUseAndInTimeWait(t *testing.T) {
	text := "sockets: used 109\nTCP: inuse 83 orphan 0 tw 197 alloc 83 mem 111\nUDP: inuse 5 mem 0\n"
	if got := parseSockets(text); got != 280 {
		t.Errorf("got %d, want 280", got)
	}
	if got := parseSockets("UDP: inuse 5 mem 0"); got != 0 {
		t.Errorf("got %d of nothing", got)
	}
}

func TestThisMachineReportsItsWork(t *testing.T) {
	if workSoFar().busy == 0 || Ports() == 0 {
		t.Errorf("work %+v, %d ports: Linux tells both", workSoFar(), Ports())
	}
}

func TestWaitsOfThreadsAreAddedUp(t *testing.T) {
	for text, want := range map[string]time.Duration{"413408 292926 7\n": 292926, "413408": -1, "": -1, "a b c": -1} {
		if got, ok := parseWait(text); ok != (want >= 0) || ok && got != want {
			t.Errorf("%q: %v, %v", text, got, ok)
		}
	}
	before := waits{"1": 10, "2": 500}
	after := waits{"1": 40, "3": 7} // a thread has ended, another has begun
	if got := after.since(before); got != 37 {
		t.Errorf("the threads waited for %d, want 37", got)
	}
	if len(waitsSoFar()) == 0 {
		t.Error("Linux says how long threads have waited")
	}
}

func TestOpenFilesAreCounted(t *testing.T) {
	before := OpenFiles()
	for range 3 {
		f, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
	}
	if n := OpenFiles(); n != before+3 {
		t.Errorf("%d files are open after %d and three more", n, before)
	}
}
