package probe

import (
	"time"

	"tollgate/pricing/document"
)

// Known reports every key that is neither one of keys nor which targets to ask.
func Known(o document.Fields, keys ...string) { o.Fields(append(keys, "target", "targets")...) }

// Rate reads an arrival rate in requests per second, or takes the default where the
// key is absent.
func Rate(o document.Fields, key string, absent float64) float64 {
	if !o.Has(key) {
		return absent
	}
	return o.Get(key).Rate().PerSecond()
}

// A Steady is the options of a probe that sends at one rate.
type Steady struct {
	Rate float64
	For  time.Duration
}

// ReadSteady reads a rate (by default 20/s) and a duration.
func ReadSteady(o document.Fields, d time.Duration) Steady {
	Known(o, "rate", "for")
	return Steady{Rate: Rate(o, "rate", 20), For: o.DurationOr("for", time.Second, time.Hour, d)}
}

// Stages is a plan of n equal stages: an interval of a mean comes from the means
// of stages. Each stands alone.
func (s Steady) Stages(n int) func(History) (Stage, bool) {
	stage := Constant("steady", s.Rate, s.For/time.Duration(n))
	stage.Redo, stage.Optional = 1, true
	return func(h History) (Stage, bool) { return stage, len(h) < n }
}

// Spare is what two of n equal stages take, to be sent again; the one stage if there
// is only one.
func (s Steady) Spare(n int) Effort {
	again := min(n, 2)
	d := s.For / time.Duration(n) * time.Duration(again)
	return Effort{Requests: int64(s.Rate*d.Seconds()) + int64(again), For: d}
}
