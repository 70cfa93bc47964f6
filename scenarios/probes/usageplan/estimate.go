package usageplan

// estimateBucket guesses from counts: between two refusals the bucket is as empty
// at the end as at the beginning, so what passed is what came back.
func estimateBucket(all []decision) (m bucket, refused int, ok bool) {
	passed := make([]int, len(all)+1)
	for i, d := range all {
		passed[i+1] = passed[i]
		if d.Passed {
			passed[i+1]++
		} else {
			refused++
		}
	}
	first, last := emptyFrom(all, passed), -1
	for i, d := range all {
		if from := max(i-20, 0); !d.Passed && i+1-from-(passed[i+1]-passed[from]) >= 3 {
			last = i
		}
	}
	if first < 0 || last <= first {
		return m, refused, false
	}
	from, until := longestEmpty(all, first, last)
	if all[until].At <= all[from].At {
		return m, refused, false
	}
	m = bucket{Jitter: 1e-3, Leak: 2e-3, Loss: 2e-3}
	m.Rate = max(float64(passed[until]-passed[from]), 0.5) / (all[until].At - all[from].At)
	m.Burst = 1 // the least that lets pass what did, from any moment on: until then the bucket may have been full all the time
	for i := range first {
		m.Burst = max(m.Burst, float64(passed[first]-passed[i])-m.Rate*(all[first].At-all[i].At))
	}
	return m, refused, true
}

// emptyFrom is where the bucket is empty for the first time, -1 for never. A
// few refusals may be lost requests: half of a dozen in a row is no chance, or
// for slight overloads a fifth of many.
func emptyFrom(all []decision, passed []int) int {
	for _, sign := range []struct{ window, refused int }{{12, 6}, {40, 7}} {
		for i := range all {
			j := i + sign.window
			if j <= len(all) && !all[i].Passed && sign.window-(passed[j]-passed[i]) >= sign.refused {
				return i
			}
		}
	}
	return -1
}

// longestEmpty is the longest stretch, from refusal to refusal, without a pause
// in which the bucket could have become full.
func longestEmpty(all []decision, first, last int) (from, until int) {
	pause := 10 * (all[last].At - all[0].At) / float64(len(all))
	from, until = first, first
	for i, start := first+1, first; i <= last; i++ {
		if all[i].At-all[i-1].At > pause {
			for start = i; start < last && all[start].Passed; {
				start++
			}
		}
		if i > start && !all[i].Passed && all[i].At-all[start].At > all[until].At-all[from].At {
			from, until = start, i
		}
	}
	return from, until
}
