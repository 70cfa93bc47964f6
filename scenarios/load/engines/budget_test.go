package engines

import (
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// closedTurn is a turn of the closed model.
func closedTurn(n int, d time.Duration) scenarios.Turn {
	return scenarios.Turn{Load: scenarios.Users{N: n}, For: d, Blocks: slices.Values([]scenarios.Block{{Number: 1, For: d}})}
}

func TestARunStopsWhenItsBudgetIsSpent(t *testing.T) {
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
		{"before the first request, if that is too expensive", every(time.Millisecond, 50), 9, []int64{10}, 0, true},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				var served atomic.Int64
				r := newRig(serve(t, func(http.ResponseWriter, *http.Request) { served.Add(1) }).URL)
				r.job.Budget = load.NewBudget(row.limit, [][]int64{row.prices})
				engine := r.open(t, e)
				err := engine.Run(t.Context(), row.turn, time.Since(r.job.Epoch))
				if errors.Is(err, load.ErrSpent) != row.empty || (err != nil) != row.empty {
					t.Errorf("the turn ends with %v; an empty budget: %v", err, row.empty)
				}
				spent, limit := r.job.Budget.Spent()
				samples := r.sorted()
				if limit != row.limit || spent != int64(len(samples))*row.prices[0] || spent > limit {
					t.Errorf("%d of %d was spent on %d requests of %d each", spent, limit, len(samples), row.prices[0])
				}
				// What another loop has in its allowance when the budget is empty is not spent.
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
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig(serve(t, func(http.ResponseWriter, *http.Request) {}).URL)
		r.job.Requests = append(r.job.Requests, r.job.Requests[0])
		r.job.Pick = func(seq uint64) uint16 { return uint16(seq % 2) }
		r.job.Budget = load.NewBudget(100_000, [][]int64{{7, 1000}})
		r.drive(t, e, every(time.Millisecond, 21))
		if spent, _ := r.job.Budget.Spent(); spent != 11*7+10*1000 {
			t.Errorf("%d was spent, want %d", spent, 11*7+10*1000)
		}
	})
}

func TestABudgetWithoutThePriceOfARequestIsRefused(t *testing.T) {
	r := newRig("http://127.0.0.1:1")
	for _, prices := range [][][]int64{nil, {{}}} {
		r.job.Budget = load.NewBudget(1, prices)
		if _, _, err := All.Open(r.job); err == nil {
			t.Errorf("prices %v of one request at one target are enough", prices)
		}
	}
}
