package simulate

import (
	"math"
	"math/rand/v2"
)

// A Tokens is a token bucket as golang.org/x/time/rate keeps it: tokens come back
// continuously, up to a burst, and an admitted request takes one.
type Tokens struct {
	Rate, Burst float64
	tokens      float64
	last        float64
}

// NewTokens is a full bucket.
func NewTokens(rate, burst float64) *Tokens { return &Tokens{Rate: rate, Burst: burst, tokens: burst} }

func (b *Tokens) refill(at float64) {
	b.tokens = math.Min(b.Burst, b.tokens+b.Rate*math.Max(at-b.last, 0))
	b.last = math.Max(at, b.last)
}

// Admit implements Limiter.
func (b *Tokens) Admit(at, _ float64) bool {
	b.refill(at)
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// A Leaky is nginx's limit_req with nodelay. It keeps the excess over the rate in
// thousandths of a request and the time in milliseconds, and refuses a request that
// would bring the excess above the burst.
// Source: nginx, ngx_http_limit_req_lookup.
type Leaky struct {
	Rate, Burst float64
	excess      float64
	last        float64
	used        bool
}

// Admit implements Limiter.
func (l *Leaky) Admit(at, _ float64) bool {
	at = math.Floor(at*1000) / 1000
	if !l.used {
		l.used, l.last = true, at
		return true
	}
	excess := math.Max(0, l.excess-math.Floor(l.Rate*1000*math.Max(at-l.last, 0))+1000)
	if excess > l.Burst*1000 {
		return false
	}
	l.excess, l.last = excess, at
	return true
}

// A Charging is a bucket that charges refused requests too: down to an empty bucket,
// or, with Debt, below it.
type Charging struct {
	Tokens
	Debt float64 // how far below zero the bucket goes
}

// Admit implements Limiter.
func (c *Charging) Admit(at, _ float64) bool {
	c.refill(at)
	passes := c.tokens >= 1
	c.tokens = math.Max(c.tokens-1, -c.Debt)
	return passes
}

// A Refilled is a bucket that gets its tokens all at once in fixed intervals, as
// Envoy's local rate limit does.
type Refilled struct {
	Interval, Each, Most float64
	tokens, next         float64
	used                 bool
}

// Admit implements Limiter.
func (r *Refilled) Admit(at, _ float64) bool {
	if !r.used {
		r.used, r.tokens, r.next = true, r.Most, 0.37*r.Interval
	}
	for r.next <= at {
		r.tokens, r.next = math.Min(r.Most, r.tokens+r.Each), r.next+r.Interval
	}
	if r.tokens < 1 {
		return false
	}
	r.tokens--
	return true
}

// A Row is limiters one after the other: a request takes from each until one refuses
// it.
type Row []Limiter

// Admit implements Limiter.
func (r Row) Admit(at, end float64) bool {
	for _, l := range r {
		if !l.Admit(at, end) {
			return false
		}
	}
	return true
}

// Nodes decide by themselves, each about the requests that a load balancer sends it
// at random.
type Nodes struct {
	All    []Limiter
	Chance *rand.Rand
}

// NewNodes is n buckets that share a rate and a burst.
func NewNodes(n int, rate, burst float64, seed uint64) *Nodes {
	nodes := &Nodes{Chance: rand.New(rand.NewPCG(seed, 4))}
	for range n {
		nodes.All = append(nodes.All, NewTokens(rate/float64(n), burst/float64(n)))
	}
	return nodes
}

// Admit implements Limiter.
func (n *Nodes) Admit(at, end float64) bool {
	return n.All[n.Chance.IntN(len(n.All))].Admit(at, end)
}

// Synced is nodes that each count what they admit, and tell the others in intervals:
// in between, each decides by its own copy of the one bucket.
type Synced struct {
	Rate, Burst float64
	Every       float64 // seconds
	Chance      *rand.Rand
	copies      []float64 // tokens, as each node believes
	taken       []float64 // since they last told each other
	tokens      float64   // after that
	last, told  float64
}

// NewSynced is n nodes with one full bucket.
func NewSynced(n int, rate, burst, every float64, seed uint64) *Synced {
	s := &Synced{Rate: rate, Burst: burst, Every: every, Chance: rand.New(rand.NewPCG(seed, 6)), tokens: burst}
	s.copies, s.taken = make([]float64, n), make([]float64, n)
	for i := range s.copies {
		s.copies[i] = burst
	}
	return s
}

// Admit implements Limiter.
func (s *Synced) Admit(at, _ float64) bool {
	for s.told+s.Every <= at {
		s.tell()
	}
	passed := math.Max(at-s.last, 0)
	s.last = math.Max(at, s.last)
	for i := range s.copies {
		s.copies[i] = math.Min(s.Burst, s.copies[i]+s.Rate*passed)
	}
	i := s.Chance.IntN(len(s.copies))
	if s.copies[i] < 1 {
		return false
	}
	s.copies[i]--
	s.taken[i]++
	return true
}

func (s *Synced) tell() {
	s.told += s.Every
	for _, n := range s.taken {
		s.tokens -= n
	}
	s.tokens = math.Min(s.Burst, s.tokens+s.Rate*s.Every)
	s.last = math.Max(s.last, s.told)
	for i := range s.copies {
		s.copies[i], s.taken[i] = s.tokens, 0
	}
}
