package values

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// A Generator makes values of a seed.
type Generator interface {
	// generate appends the value that random bits draw in a sending.
	generate(b []byte, bits uint64, s *Sending) []byte
	// longest is how many bytes a value has at most.
	Longest() int
}

// New is the value of that name. It is the same wherever it stands in a request, and in
// all steps of a flow.
func New(g Generator, seed uint64, name string) Value {
	return generated{g, named(seed, name)}
}

// NewInline is a value without a name of its own, which is another one at each place.
func NewInline(g Generator, seed uint64, name string, place int) Value {
	return inline{g, Mix(named(seed, name), uint64(place))}
}

type generated struct {
	Generator
	seed uint64
}

func (v generated) Append(b []byte, s *Sending) ([]byte, error) {
	return v.generate(b, Mix(v.seed, s.Iteration), s), nil
}

type inline struct {
	Generator
	seed uint64
}

func (v inline) Append(b []byte, s *Sending) ([]byte, error) {
	return v.generate(b, Mix(v.seed, s.Seq), s), nil
}

// UUID are identifiers of version 4. Source: RFC 9562, section 5.4.
type UUID struct{}

const lowerHex = "0123456789abcdef"

func (UUID) generate(b []byte, bits uint64, _ *Sending) []byte {
	high, low := bits&^0xf000|0x4000, Mix(bits, 0)&^(3<<62)|2<<62 // version 4, variant 10
	for i := range 16 {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		word := high
		if i >= 8 {
			word = low
		}
		c := byte(word >> (56 - 8*(i%8)))
		b = append(b, lowerHex[c>>4], lowerHex[c&15])
	}
	return b
}

func (UUID) Longest() int { return 36 }

// Integer are whole numbers, all equally likely.
type Integer struct{ From, To int64 }

func (g Integer) generate(b []byte, bits uint64, _ *Sending) []byte {
	span := uint64(g.To-g.From) + 1 // 0: all of them
	if span != 0 {
		bits %= span // off by less than span in 2^64
	}
	return strconv.AppendInt(b, int64(uint64(g.From)+bits), 10)
}

func (g Integer) Longest() int {
	return max(len(strconv.FormatInt(g.From, 10)), len(strconv.FormatInt(g.To, 10)))
}

// Ranks are whole numbers from 1 by Zipf's law.
type Ranks struct{ Zipf }

func (g Ranks) generate(b []byte, bits uint64, _ *Sending) []byte {
	return strconv.AppendInt(b, int64(g.At(bits))+1, 10)
}

func (g Ranks) Longest() int { return len(strconv.Itoa(len(g.sums))) }

// Amounts are whole numbers from a log-normal distribution.
type Amounts struct{ LogNormal }

func (g Amounts) generate(b []byte, bits uint64, _ *Sending) []byte {
	return strconv.AppendInt(b, int64(math.Round(g.At(bits))), 10)
}

func (g Amounts) Longest() int { return len(strconv.FormatInt(int64(math.Round(g.Most())), 10)) }

// Text is random text of a size. Its 64 characters need no escape anywhere, and no
// compression makes less than 6 bits of one.
type Text struct{ Size LogNormal }

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func (g Text) generate(b []byte, bits uint64, _ *Sending) []byte {
	n := int(g.Size.At(bits))
	b = slices.Grow(b, n)
	for word := uint64(0); n > 0; word++ {
		more := Mix(bits, word)
		for range min(n, 10) {
			b = append(b, alphabet[more&63])
			more >>= 6
		}
		n -= 10
	}
	return b
}

func (g Text) Longest() int { return int(g.Size.Most()) }

// A Time is when the request is due, in UTC. It is the only value that differs from
// target to target.
type Time struct {
	Layout string        // of package time; or one of the layouts below
	Plus   time.Duration // later
}

// Layouts of a Time that are no layouts of package time.
const (
	UnixSeconds = "unix"
	UnixMillis  = "unix_ms"

	// Milliseconds is RFC 3339 with three digits of the second's fraction.
	Milliseconds = "2006-01-02T15:04:05.000Z07:00"
)

func (g Time) generate(b []byte, _ uint64, s *Sending) []byte {
	at := s.At + int64(g.Plus)
	switch g.Layout {
	case UnixSeconds:
		return strconv.AppendInt(b, floor(at, int64(time.Second)), 10)
	case UnixMillis:
		return strconv.AppendInt(b, floor(at, int64(time.Millisecond)), 10)
	}
	return time.Unix(0, at).UTC().AppendFormat(b, g.Layout)
}

func floor(a, b int64) int64 {
	if a%b < 0 {
		return a/b - 1
	}
	return a / b
}

func (g Time) Longest() int { return max(len(g.Layout), len("1790000000000")) }

// A Choice is one of some texts.
type Choice struct {
	Texts []string
	Upto  []uint64 // the sum of the weights up to each
}

// NewChoice chooses among texts by whole weights.
func NewChoice(texts []string, weights []uint64) Choice {
	c, sum := Choice{Texts: texts}, uint64(0)
	for _, w := range weights {
		sum += w
		c.Upto = append(c.Upto, sum)
	}
	return c
}

func (g Choice) generate(b []byte, bits uint64, _ *Sending) []byte {
	at := bits % g.Upto[len(g.Upto)-1]
	i, exact := slices.BinarySearch(g.Upto, at)
	if exact {
		i++ // at the boundary the next one begins
	}
	return append(b, g.Texts[i]...)
}

func (g Choice) Longest() int {
	return len(slices.MaxFunc(g.Texts, func(a, b string) int { return len(a) - len(b) }))
}

// A Number is the number of the user, from 1, whose request it is.
type Number struct{}

func (Number) generate(b []byte, _ uint64, s *Sending) []byte {
	return strconv.AppendUint(b, uint64(s.User)+1, 10)
}

func (Number) Longest() int { return len("4294967296") }

// Extracted is what an earlier step of the flow extracted into a slot.
type Extracted int

// Append implements Value.
func (slot Extracted) Append(b []byte, s *Sending) ([]byte, error) {
	if int(slot) >= len(s.Extracted) || s.Extracted[slot] == nil {
		return b, errNotExtracted
	}
	return append(b, s.Extracted[slot]...), nil
}
