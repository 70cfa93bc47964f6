package coldstart

import "slices"

// roughly counts the responses of fan-outs that are slower than all of their
// repeats, less one: enough to plan by.
func roughly(pairs []pair) (n int64) {
	for _, p := range pairs {
		repeated := slower(p.repeated())
		if len(repeated) == 0 {
			continue
		}
		n += int64(max(slowOf(p.rise, slices.Max(repeated))-1, 0))
	}
	return n
}
