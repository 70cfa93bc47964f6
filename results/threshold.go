package results

// A Threshold is a limit that a run must keep, such as "p(99.9) < 250ms".
type Threshold struct {
	Text     string  // as written
	Target   string  // "" means each target on its own
	Request  string  // "" means all requests together
	Metric   string  // "p", "mean", "max", "error_share", "goodput", "rate"
	Quantile float64 // of "p": 0.999
	Less     bool    // the measured value must be below (or above) Limit
	OrEqual  bool
	Limit    float64 // milliseconds, shares of one, or per second
}
