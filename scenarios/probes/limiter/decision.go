package limiter

import "math"

// A Decision is one request as the client saw it. Times are in seconds.
type Decision struct {
	Sent   float64
	Done   float64 // when its response had come
	Passed bool

	// Vague decisions say nothing, since when they were made is not known, such as
	// after a stall. Those that passed take what they took.
	Vague bool
}

// An Interval is a value with bounds that are to hold the truth in 95 of 100 cases.
type Interval struct{ Value, Low, High float64 }

// A rule predicts each decision from those before. It is asked for the chance first
// and shown the decision then, in order.
type rule interface {
	chance(d *Decision) float64
	see(d *Decision, passed bool)
}

// mostLeak bounds the share of the requests that pass although a rule refuses them:
// a rule that is not held to it explains anything.
const mostLeak = 0.08

// leastChance bounds how sure a rule may be.
const leastChance = 1e-5

// logLikelihood is how well a rule predicts the decisions.
func logLikelihood(r rule, all []Decision) float64 {
	sum, product := 0.0, 1.0
	for i := range all {
		d := &all[i]
		p := r.chance(d)
		r.see(d, d.Passed)
		if d.Vague {
			continue
		}
		if !d.Passed {
			p = 1 - p
		}
		product *= max(p, leastChance)
		if product < 1e-200 {
			sum += math.Log(product)
			product = 1
		}
	}
	return sum + math.Log(product)
}

// sigmoid is the logistic function, from a table: most of the time of a fit was spent in
// exponentials.
func sigmoid(z float64) float64 {
	at := (z + mostZ) * zSteps
	switch {
	case at >= 2*mostZ*zSteps:
		return 1
	case !(at > 0):
		return 0
	}
	i := int(at)
	return logistic[i] + (at-float64(i))*(logistic[i+1]-logistic[i])
}

const (
	mostZ  = 16
	zSteps = 64 // to one: a linear function in between is off by 0.003 % at most
)

var logistic = func() (table [2*mostZ*zSteps + 2]float64) {
	for i := range table {
		table[i] = 1 / (1 + math.Exp(mostZ-float64(i)/zSteps))
	}
	return table
}()

// softplus is the logarithm of 1 + e to the z, the integral of the logistic function.
func softplus(z float64) float64 {
	at := (z + mostZ) * zSteps
	switch {
	case at >= 2*mostZ*zSteps:
		return z
	case !(at > 0):
		return 0
	}
	i := int(at)
	return softened[i] + (at-float64(i))*(softened[i+1]-softened[i])
}

var softened = func() (table [2*mostZ*zSteps + 2]float64) {
	for i := range table {
		table[i] = math.Log1p(math.Exp(float64(i)/zSteps - mostZ))
	}
	return table
}()

func counts(all []Decision) (passed, refused int) {
	for i := range all {
		if all[i].Passed {
			passed++
		}
	}
	return passed, len(all) - passed
}
