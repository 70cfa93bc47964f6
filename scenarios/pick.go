package scenarios

import "math/rand/v2"

// minPicks is the least length of the table of picks: long enough that its
// repetition cannot fall into step with anything at a target.
const minPicks = 4096

// Pick says which request the seq'th is; it is the same for every target.
func (p *Plan) Pick(seq uint64) uint16 { return p.picks[seq%uint64(len(p.picks))] }

// picks lays out the requests in rounds. In each round every request occurs as
// often as its weight says, in an order drawn from seed: shares are exact and
// not only right on average, and no request has a fixed neighbour.
func picks(requests []Request, seed uint64) []uint16 {
	var round []uint16
	divisor := commonDivisor(requests)
	for i, r := range requests {
		for range max(1, r.Weight/divisor) {
			round = append(round, uint16(i))
		}
	}
	chance := rand.New(rand.NewPCG(seed, mix(seed, uint64(len(round)))))
	var table []uint16
	for len(table) < minPicks {
		chance.Shuffle(len(round), func(i, j int) { round[i], round[j] = round[j], round[i] })
		table = append(table, round...)
	}
	return table
}

// commonDivisor is the greatest common divisor of the weights.
func commonDivisor(requests []Request) int {
	divisor := 0
	for _, r := range requests {
		a := max(1, r.Weight)
		for a != 0 {
			divisor, a = a, divisor%a
		}
	}
	return divisor
}

// mix derives an independent seed for the n'th thing of a plan (SplitMix64's
// finaliser, Steele, Lea and Flood 2014).
func mix(seed, n uint64) uint64 {
	z := seed + (n+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
