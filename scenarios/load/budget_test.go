package load

import (
	"sync"
	"sync/atomic"
	"testing"
)

func TestAllowancesNeverExceedTheBudget(t *testing.T) {
	p := NewBudget(1_000_003, [][]int64{{3}})
	var paid atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			w := Allowance{Budget: p}
			for w.Affords(0) {
				w.Pay(0, 0)
				paid.Add(1)
			}
			w.Close()
		})
	}
	all.Wait()
	if spent, _ := p.Spent(); spent != 3*paid.Load() || spent > 1_000_003 || spent < 1_000_003-8*1003 {
		t.Errorf("%d was spent on %d requests of 3 each", spent, paid.Load())
	}
}

func BenchmarkPaying(b *testing.B) {
	b.Run("out of a allowance", func(b *testing.B) {
		w := Allowance{Budget: NewBudget(1<<62, [][]int64{{1, 2}})}
		for b.Loop() {
			if w.Affords(0) {
				w.Pay(0, 1)
			}
		}
	})
	b.Run("without a limit", func(b *testing.B) {
		w := Allowance{}
		for b.Loop() {
			if w.Affords(0) {
				w.Pay(0, 1)
			}
		}
	})
}
