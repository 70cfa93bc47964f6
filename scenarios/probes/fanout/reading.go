package fanout

import (
	"math"
	"slices"

	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// lasts are the times of all messages until the last receiver had them, in ms and in the
// order in which they were sent. Those that not all received are infinite.
func lasts(fans []fan) (all []float64) {
	for i := range fans {
		f := &fans[i]
		switch n := len(f.arrivals); {
		case f.missed() > 0:
			all = append(all, math.Inf(1))
		case n > 0:
			all = append(all, probe.MS(f.arrivals[n-1]))
		}
	}
	return all
}

// sureOfChange is at which level a change is said to be one.
const sureOfChange = 0.001

// changed says whether messages became faster or slower. The logarithms of times are
// tested: a few are always much longer.
func changed(times []float64) (c estimate.Change, yes bool) {
	var logs []float64
	for _, t := range times {
		if !math.IsInf(t, 1) && t > 0 {
			logs = append(logs, math.Log(t))
		}
	}
	c, yes = estimate.Shifted(logs, sureOfChange)
	return estimate.Change{Before: math.Exp(c.Before), After: math.Exp(c.After)}, yes
}

// A manner is how the receivers of one message are reached.
type manner uint8

const (
	unclear manner = iota
	atOnce         // hardly apart
	paced          // one after the other, each taking as long
	uneven         // neither
)

// A spread is how far apart the receivers get a message.
type spread struct {
	manner manner
	each   estimate.Interval // ms from one receiver to the next
	first  estimate.Interval // ms until the first has it
	shape  estimate.Interval // where the mean arrival lies between the first and the last: 0.5 where they are even
	far    estimate.Interval // how far the arrival that is furthest from even is off, of the time between the first and the last
}

const (
	apart       = 0.1  // of the time until the first has it: less is at once
	shapeMargin = 0.05 // by which even arrivals may seem uneven
	fewestInRow = 4    // receivers that show how they are reached
)

// spreadOf reads how the receivers of each message are reached.
func spreadOf(fans []fan) (s spread) {
	var each, first, shape, far [][]float64
	for i := range fans {
		a := fans[i].arrivals
		n := len(a)
		if n < fewestInRow || fans[i].missed() > 0 {
			continue
		}
		length, sum, worst := probe.MS(a[n-1]-a[0]), 0.0, 0.0
		each, first = append(each, []float64{length / float64(n-1)}), append(first, []float64{probe.MS(a[0])})
		if length == 0 { // it has no shape
			continue
		}
		for k, at := range a {
			part := probe.MS(at-a[0]) / length
			sum += part
			if off := part - float64(k)/float64(n-1); math.Abs(off) > math.Abs(worst) {
				worst = off
			}
		}
		shape, far = append(shape, []float64{sum / float64(n)}), append(far, []float64{math.Abs(worst)})
	}
	if len(each) < fewestInRow {
		return s
	}
	s.each, _ = estimate.Mean(each)
	s.first, _ = estimate.Mean(first)
	s.shape, _ = estimate.Mean(shape)
	s.far, _ = estimate.Mean(far)
	receivers := len(fans[0].arrivals)
	switch total := s.each.Value * float64(receivers-1); {
	case total < apart*s.first.Value:
		s.manner = atOnce
	case s.shape.Low > 0.5+shapeMargin || s.shape.High < 0.5-shapeMargin || s.far.Low > evenWithin(receivers):
		s.manner = uneven
	case s.shape.Low >= 0.5-shapeMargin && s.shape.High <= 0.5+shapeMargin:
		s.manner = paced
	}
	return s
}

// evenWithin is by how much arrivals one after the other are off an even row at most, in
// the mean of messages: by chance as a random walk that returns, whose furthest point is at
// 0.87 standard deviations of its end in the mean, for times as variable as exponential ones.
func evenWithin(receivers int) float64 { return 1.1 * 0.87 / math.Sqrt(float64(receivers-1)) }

// percentileOf is a percentile of the times; ok says that it has an interval, and finite
// that neither it nor its bounds are among messages that not all received.
func percentileOf(times []float64, q float64) (i estimate.Interval, ok, finite bool) {
	i, ok = estimate.Quantile(slices.Sorted(slices.Values(times)), q)
	return i, ok, ok && !math.IsInf(i.High, 1) && !math.IsNaN(i.Value) && !math.IsInf(i.Value, 1)
}
