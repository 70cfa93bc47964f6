package simulate

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
)

// An Endpoint is a backend with the path to it: requests arrive a little after they
// were sent, the work of a request varies, drifts and has two speeds, and some
// responses stall or are lost.
type Endpoint struct {
	Backend
	Base   float64 // seconds, the median of the work of a request, log-normal
	Sigma  float64 // of its logarithm
	Slow   float64 // share of the requests that are slow
	Times  float64 // as much work as the others, for slow ones
	Drift  float64 // by which the work grows in a minute, as a share
	Jitter float64 // seconds, mean of an exponential, until a request arrives

	Stalled float64 // share of the responses that come late, by 0.3 s on average
	Lost    float64 // share of the responses that never come
	Every   float64 // seconds from one busy phase to the next; 0: there are none
	Busy    float64 // seconds that a busy phase takes, in which all work takes three times as long

	// OneProcess says that environments are worker threads of one process, as in
	// serverless-offline, whose main thread starts them and answers: responses that are
	// under way while some start wait until those have started.
	OneProcess bool

	// Opening is how many seconds a new connection takes, and FirstOn by how many the first
	// request on it takes longer. Connections are kept. 0: they are not looked at.
	Opening, FirstOn float64
	connections      []float64 // when each is free

	Chance    *rand.Rand
	Requests  int // good responses so far
	Cold      int // of them
	InFan     int // good responses to fan-outs
	ColdInFan int // of them, cold
}

// NewEndpoint is an endpoint without noise.
func NewEndpoint(b Backend, base, sigma float64, seed uint64) *Endpoint {
	return &Endpoint{Backend: b, Base: base, Sigma: sigma, Jitter: 5e-4, Chance: rand.New(rand.NewPCG(seed, 43))}
}

// Respond answers a stage.
func (e *Endpoint) Respond(stage probe.Stage, samples []results.Sample) {
	if stage.Renew {
		e.Renew()
	}
	arrives, order := make([]float64, len(samples)), make([]int, len(samples))
	for i := range samples {
		arrives[i], order[i] = samples[i].Sent.Seconds()+e.Jitter*e.Chance.ExpFloat64(), i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(arrives[i], arrives[j]) })
	cold := make([]bool, len(samples))
	for _, i := range order {
		cold[i] = e.answer(&samples[i], arrives[i], stage.Name == "fan-out")
	}
	if e.OneProcess {
		holdUp(samples, arrives, cold)
	}
}

// holdUp lets responses wait for cold starts that began while they were under way.
func holdUp(samples []results.Sample, arrives []float64, cold []bool) {
	for i := range samples {
		s := &samples[i]
		done := s.Sent + s.Service
		for j := range samples {
			if begun := time.Duration(arrives[j] * 1e9); !cold[i] && cold[j] && begun >= s.Sent && begun < done {
				s.Service = max(s.Service, samples[j].Sent+samples[j].Service-s.Sent)
			}
		}
		s.FirstByte = s.Service
	}
}

func (e *Endpoint) answer(s *results.Sample, at float64, fan bool) (cold bool) {
	took, cold, ok := e.Serve(at, e.work(at))
	if named, is := e.Backend.(interface{ Name() string }); is && ok {
		s.Mark.Instance = named.Name()
	}
	if e.Chance.Float64() < e.Stalled {
		took += 0.3 * e.Chance.ExpFloat64()
	}
	took += e.connect(s, at+took)
	s.Service = time.Duration((at - s.Sent.Seconds() + took) * 1e9)
	s.FirstByte = s.Service
	switch {
	case !ok:
		s.Code = 429
		return false
	case e.Chance.Float64() < e.Lost:
		s.Code, s.Err = 0, results.ErrReset
		return cold
	}
	e.Requests++
	if fan {
		e.InFan++
	}
	if cold {
		e.Cold++
		if fan {
			e.ColdInFan++
		}
	}
	return cold
}

// connect finds a free connection for a request that is answered then, or opens one. It
// returns by how much the request takes longer.
func (e *Endpoint) connect(s *results.Sample, until float64) float64 {
	if e.Opening == 0 {
		return 0
	}
	for i, free := range e.connections {
		if free <= s.Sent.Seconds() {
			e.connections[i] = until
			return 0
		}
	}
	e.connections = append(e.connections, until+e.FirstOn)
	s.Connect = time.Duration(e.Opening * 1e9)
	return e.FirstOn
}

func (e *Endpoint) work(at float64) float64 {
	work := e.Base * math.Exp(e.Sigma*e.Chance.NormFloat64()) * (1 + e.Drift*at/60)
	if e.Chance.Float64() < e.Slow {
		work *= e.Times
	}
	if e.Every > 0 && math.Mod(at, e.Every) < e.Busy {
		work *= 3
	}
	return work
}
