package whatif

// A heap has the least of its items first. container/heap would allocate each one.
type heap[T interface{ Before(T) bool }] []T

func (h *heap[T]) push(x T) {
	all := append(*h, x)
	i := len(all) - 1
	for i > 0 {
		above := (i - 1) / 2
		if !x.Before(all[above]) {
			break
		}
		all[i] = all[above]
		i = above
	}
	all[i] = x
	*h = all
}

// pop takes the first out of a heap that is not empty.
func (h *heap[T]) pop() T {
	all := *h
	first, x := all[0], all[len(all)-1]
	all = all[:len(all)-1]
	*h = all
	if len(all) == 0 {
		return first
	}
	i := 0
	for {
		below := 2*i + 1
		if below >= len(all) {
			break
		}
		if below+1 < len(all) && all[below+1].Before(all[below]) {
			below++
		}
		if !all[below].Before(x) {
			break
		}
		all[i] = all[below]
		i = below
	}
	all[i] = x
	return first
}
