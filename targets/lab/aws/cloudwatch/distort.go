package cloudwatch

import "time"

// A Metric is a metric's whole name.
type Metric struct {
	Namespace, Name string
	Dimensions      Dimensions
}

// A Distortion is what is wrong with how a minute of a metric is reported.
type Distortion struct {
	Missing bool          // it never appears
	Late    time.Duration // it appears so much later than others, in whole minutes
	Shift   time.Duration // its timestamp is wrong by so much, in whole minutes
}

// Distort lets the endpoint report minutes wrongly, as how says by the minute's
// beginning. The truth stays what it is.
func (s *Store) Distort(how func(Metric, time.Time) Distortion) {
	s.distort.Store(&how)
}

// placing says as which minute one of a metric is reported, and whether it is
// seen before the horizon.
func (s *Store) placing(x *Series, horizon int64) func(minute int64) (reported int64, seen bool) {
	distort := s.distort.Load()
	if distort == nil {
		return func(minute int64) (int64, bool) { return minute, minute < horizon }
	}
	name := Metric{x.namespace, x.metric, x.dims}
	return func(minute int64) (int64, bool) {
		d := (*distort)(name, time.Unix(minute*60, 0).UTC())
		late := int64((d.Late + time.Minute - 1) / time.Minute)
		return minute + int64(d.Shift/time.Minute), !d.Missing && minute+late < horizon
	}
}
