package load

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
)

// closedTurn is a turn of the closed model.
func closedTurn(n int, d time.Duration) scenarios.Turn {
	return scenarios.Turn{Users: n, For: d, Blocks: slices.Values([]scenarios.Block{{Number: 1, For: d}})}
}

func TestARunStopsWhenItsPurseIsEmpty(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name   string
		turn   scenarios.Turn
		limit  int64
		prices []int64
		paid   int
		empty  bool
	}{
		{"in the open model", every(2*time.Millisecond, 200), 505, []int64{10}, 50, true},
		{"in the closed model", closedTurn(4, 20*time.Second), 505, []int64{10}, 50, true},
		{"on several loops", closedTurn(600, 20*time.Second), 1_000_000, []int64{1000}, 1000, true},
		{"not while it holds enough", every(time.Millisecond, 50), 500, []int64{10}, 50, false},
		{"not where nothing costs anything", every(time.Millisecond, 50), 0, []int64{0}, 50, false},
		{"before the first request, if that is too dear", every(time.Millisecond, 50), 9, []int64{10}, 0, true},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e engineUnderTest) {
				var served atomic.Int64
				r := newRig(serve(t, func(http.ResponseWriter, *http.Request) { served.Add(1) }).URL)
				r.job.Purse = NewPurse(row.limit, [][]int64{row.prices})
				engine := r.open(t, e)
				err := engine.Run(t.Context(), row.turn, time.Since(r.job.Epoch))
				if errors.Is(err, ErrSpent) != row.empty || (err != nil) != row.empty {
					t.Errorf("the turn ends with %v; an empty purse: %v", err, row.empty)
				}
				spent, limit := r.job.Purse.Spent()
				samples := r.sorted()
				if limit != row.limit || spent != int64(len(samples))*row.prices[0] || spent > limit {
					t.Errorf("%d of %d was spent on %d requests of %d each", spent, limit, len(samples), row.prices[0])
				}
				// What another loop has in its wallet when the purse is empty is not spent.
				if len(samples) > row.paid || len(samples) < row.paid-row.paid/100 {
					t.Errorf("%d requests were sent, %d can be paid for", len(samples), row.paid)
				}
				if n := served.Load(); n > int64(row.paid) {
					t.Errorf("%d requests came to the target, %d were paid for", n, row.paid)
				}
				for _, s := range samples {
					if s.Err != results.ErrNone && !(row.empty && s.Err == results.ErrCancelled) {
						t.Errorf("request %d: %v", s.Seq, s.Err)
					}
				}
			})
		})
	}
}

func TestEachRequestHasItsPrice(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engineUnderTest) {
		r := newRig(serve(t, func(http.ResponseWriter, *http.Request) {}).URL)
		r.job.Requests = append(r.job.Requests, r.job.Requests[0])
		r.job.Pick = func(seq uint64) uint16 { return uint16(seq % 2) }
		r.job.Purse = NewPurse(100_000, [][]int64{{7, 1000}})
		r.drive(t, e, every(time.Millisecond, 21))
		if spent, _ := r.job.Purse.Spent(); spent != 11*7+10*1000 {
			t.Errorf("%d was spent, want %d", spent, 11*7+10*1000)
		}
	})
}

func TestAPurseThatDoesNotKnowARequestIsRefused(t *testing.T) {
	r := newRig("http://127.0.0.1:1")
	for _, prices := range [][][]int64{nil, {{}}} {
		r.job.Purse = NewPurse(1, prices)
		if _, _, err := Open(r.job); err == nil {
			t.Errorf("prices %v of one request at one target are enough", prices)
		}
	}
}

func TestWalletsNeverTakeMoreThanThereIs(t *testing.T) {
	p := NewPurse(1_000_003, [][]int64{{3}})
	var paid atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			w := wallet{purse: p}
			for w.affords(0) {
				w.pay(0, 0)
				paid.Add(1)
			}
			w.close()
		})
	}
	all.Wait()
	if spent, _ := p.Spent(); spent != 3*paid.Load() || spent > 1_000_003 || spent < 1_000_003-8*1003 {
		t.Errorf("%d was spent on %d requests of 3 each", spent, paid.Load())
	}
}

func BenchmarkPaying(b *testing.B) {
	b.Run("out of a wallet", func(b *testing.B) {
		w := wallet{purse: NewPurse(1<<62, [][]int64{{1, 2}})}
		for b.Loop() {
			if w.affords(0) {
				w.pay(0, 1)
			}
		}
	})
	b.Run("without a limit", func(b *testing.B) {
		w := wallet{}
		for b.Loop() {
			if w.affords(0) {
				w.pay(0, 1)
			}
		}
	})
}
