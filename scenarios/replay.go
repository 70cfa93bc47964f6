package scenarios

import (
	"fmt"
	"slices"
	"time"

	"tollgate/pricing/document"
)

// A Replay arrives as a file says: when each request of another time came.
type Replay struct {
	File   string // as the scenario names it
	Digest string // of the file, SHA-256 in hexadecimal
	Instants
	Chosen // which request each of them is; none: as the weights say
}

// newReplay makes a Replay of a file's bytes; column is the one that names requests, "" if
// none does.
func newReplay(file, column string, data []byte) (Replay, error) {
	arrivals, chosen, err := readArrivals(data, column)
	return Replay{File: file, Digest: digestOf(data), Instants: Instants{At: arrivals}, Chosen: chosen}, err
}

// String names the file with the beginning of its digest: two runs that say the
// same replayed the same.
func (r Replay) String() string {
	return fmt.Sprintf("replay of %s (%d arrivals, SHA-256 %.12s)", r.File, len(r.At), r.Digest)
}

// span is the time up to the end of the last arrival's second.
func (r Replay) span() time.Duration {
	if len(r.At) == 0 {
		return time.Second
	}
	return (r.At[len(r.At)-1]/time.Second + 1) * time.Second
}

// readReplay: a replay without a length lasts as long as its file.
func readReplay(f fields) Stage {
	f = f.known([]string{"file"}, "for", "request")
	stage := Stage{Load: Arrivals{Replay{}}, For: time.Second}
	if f.Has("for") {
		stage.For = f.length()
	}
	v := f.Get("file")
	data := f.in.file(v, maxArrivalFile, ", the most that is held in memory")
	if data == nil {
		return stage
	}
	column := ""
	if f.Has("request") {
		column = f.Get("request").Name()
	}
	r, err := newReplay(v.Node.Text, column, data)
	if err != nil {
		v.Bad("%v", err)
		return stage
	}
	f.in.chosen = append(f.in.chosen, chosenAt{v, r.Names})
	if !f.Has("for") {
		stage.For = r.span()
	}
	replayable(v, r, stage.For)
	stage.Load = Arrivals{r}
	return stage
}

// replayable reports a replay that cannot be planned.
func replayable(v document.Value, r Replay, d time.Duration) {
	switch {
	case d > longestStage:
		v.Bad("takes %v, more than %v: give the stage a length, for", d, longestStage)
	case r.peak() > MaxRate:
		v.Bad("has %.0f arrivals within a second, more than the %d that a machine can send", r.peak(), MaxRate)
	case d > 0 && r.count(d, 0) == 0:
		v.Bad("has no arrival within the stage's %v", d)
	}
}

// An Instants is arrivals at stated points in time: what a probe plans that
// wants to know what happened to be true at certain ages of something.
type Instants struct {
	At   []time.Duration // in order, from the start of the stage; shared, not to be changed
	What string          // in words: "ages from 1s to 4s"
}

// Schedule implements Shape. What is due at d or later is not sent.
func (in Instants) Schedule(d time.Duration, _ uint64) Schedule {
	return scheduled(in.count(d, 0), func(i int64) time.Duration { return in.At[i] })
}

func (in Instants) String() string { return fmt.Sprintf("%d requests at %s", len(in.At), in.What) }

func (in Instants) count(d time.Duration, _ uint64) int64 {
	n, _ := slices.BinarySearch(in.At, d)
	return int64(n)
}

// peak is how many arrive in the busiest second, wherever it begins.
func (in Instants) peak() float64 {
	most, first := 0, 0
	for i, due := range in.At {
		for in.At[first] <= due-time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return float64(most)
}
