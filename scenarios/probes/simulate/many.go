package simulate

import (
	"runtime"
	"sync"
)

// Many tries each number below n, as many at a time as there are processors. One that
// ends by t.Fatal does not keep the others from being tried.
func Many(n int, try func(i int)) {
	var all sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range n {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			try(i)
		})
	}
	all.Wait()
}
