package limiter

import (
	"math/rand/v2"
	"runtime"
	"sync"
)

// each does work of every number below n, as much at a time as there are processors: a
// person waits for it. Each has random numbers of its own, so that the results do not
// depend on which is done first.
func each(n int, stream uint64, work func(i int, chance *rand.Rand)) {
	var all sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range n {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			work(i, rand.New(rand.NewPCG(uint64(i)+1, stream)))
		})
	}
	all.Wait()
}
