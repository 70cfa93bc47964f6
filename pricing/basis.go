package pricing

// A Basis says how well a number is known.
type Basis string

// The bases, best first. A number made from several has the weakest of them.
const (
	Measured Basis = "measured" // by this program, at the client
	Reported Basis = "reported" // by AWS: CloudWatch metrics or REPORT log lines
	Stated   Basis = "stated"   // by the user, in a scenario or workload file
	Assumed  Basis = "assumed"  // by this program, for want of anything better
)

// rank orders the bases; what is not one of them is trusted least.
func (b Basis) rank() int {
	switch b {
	case Measured:
		return 0
	case Reported:
		return 1
	case Stated:
		return 2
	}
	return 3
}

// weakest returns the basis of a number made from numbers with these bases.
// An empty basis belongs to an amount that is not there and does not count.
func weakest(bases ...Basis) Basis {
	var w Basis
	for _, b := range bases {
		if b != "" && (w == "" || b.rank() > w.rank()) {
			w = b
		}
	}
	if w == "" {
		return Assumed
	}
	return w
}
