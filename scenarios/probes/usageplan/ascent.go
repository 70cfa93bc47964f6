package usageplan

import "math"

// A dimension is one parameter with its steps: ratios or differences.
type dimension struct {
	of          func(*bucket) *float64
	ratio       bool
	step, least float64 // first and last step
}

// The parameters with intervals, as dimensions number them.
const (
	byRate = iota
	byBurst
)

func (f *fitter) dimensions() []dimension {
	return []dimension{
		{func(m *bucket) *float64 { return &m.Rate }, true, 0.02, 1e-6},
		{func(m *bucket) *float64 { return &m.Burst }, false, max(1, f.best.Burst*0.02), 0.01},
		{func(m *bucket) *float64 { return &m.Leak }, true, 1, 0.05},
		{func(m *bucket) *float64 { return &m.Jitter }, true, 1, 0.05},
		{func(m *bucket) *float64 { return &m.Loss }, true, 1, 0.05},
	}
}

// maximise steps uphill in one dimension after the other, and in rate and burst
// together, since a higher rate explains a smaller bucket.
func (f *fitter) maximise() {
	ds := f.dimensions()
	for range 40 {
		before, moved := f.value, false
		for i := range ds {
			d := &ds[i]
			if f.try(d, d.step) || f.try(d, -d.step) {
				d.step *= 1.6
				moved = true
			} else if d.step > d.least {
				d.step /= 2.5
				moved = true
			}
		}
		if f.tradeBurst(ds[0].step) || f.tradeBurst(-ds[0].step) {
			moved = true
		}
		if f.tradeLeak(0.5) || f.tradeLeak(-0.5) || f.tradeLeak(0.05) || f.tradeLeak(-0.05) {
			moved = true
		}
		if !moved || f.value-before < 1e-3 && ds[0].step <= 1e-4 {
			return
		}
	}
}

// refine maximises near one whole number of tokens, not exactly at it: the throttle's
// clock started a little later or earlier than ours.
func (f *fitter) refine(step float64) {
	ds := f.dimensions()
	ds[0].step, ds[1].step, ds[2].step, ds[3].step, ds[4].step = step, 0.1, 0.5, 0.5, 0.5
	for range 12 {
		before := f.value
		for i := range ds {
			if d := &ds[i]; f.try(d, d.step) || f.try(d, -d.step) {
				d.step *= 1.6
			} else {
				d.step /= 3
			}
		}
		_ = f.tradeBurst(ds[0].step*2) || f.tradeBurst(-ds[0].step*2)
		if f.value-before < 0.01 && ds[0].step < step/50 {
			return
		}
	}
}

func (f *fitter) try(d *dimension, step float64) bool {
	m := f.best
	x := d.of(&m)
	if d.ratio {
		*x *= math.Exp(step)
	} else {
		*x += step
	}
	return f.take(m)
}

// tradeBurst changes the rate and the burst against each other.
func (f *fitter) tradeBurst(step float64) bool {
	m := f.best
	change := m.Rate * (math.Exp(step) - 1)
	m.Rate += change
	m.Burst -= change * f.emptied()
	return f.take(m)
}

// tradeLeak changes the rate and the leak against each other: both explain requests
// that pass while the bucket is empty.
func (f *fitter) tradeLeak(step float64) bool {
	m := f.best
	change := m.Leak * (math.Exp(step) - 1)
	m.Leak += change
	m.Rate *= 1 - 0.4*change
	return f.take(m)
}

// emptied is about how long it takes until the bucket is empty.
func (f *fitter) emptied() float64 {
	for _, d := range f.all {
		if !d.Passed {
			return d.At - f.all[0].At
		}
	}
	return 0
}

func (f *fitter) take(m bucket) bool {
	m.clamp()
	if f.near > 0 {
		m.Burst = min(max(m.Burst, f.near-0.5), f.near+0.5)
	}
	if v := m.logLikelihood(f.all, f.spread); v > f.value {
		f.best, f.value = m, v
		return true
	}
	return false
}
