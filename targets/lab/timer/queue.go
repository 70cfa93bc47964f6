package timer

import "time"

// A waiter is one goroutine that waits.
type waiter struct {
	at    time.Duration // since the wheel's epoch
	ring  chan struct{} // holds one, so that ringing never blocks
	index int           // in the queue, -1 once it is out
}

// A queue is a heap of waiters, the earliest first.
type queue []*waiter

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at < q[j].at }

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *queue) Push(x any) {
	it := x.(*waiter)
	it.index = len(*q)
	*q = append(*q, it)
}

func (q *queue) Pop() any {
	last := len(*q) - 1
	it := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	it.index = -1
	return it
}
