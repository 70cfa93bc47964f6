package scenarios

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// KeyMark stands in a request's path or headers where a key of its key space
// goes.
const KeyMark = "{key}"

// Keys are a key space: what takes the place of [KeyMark], anew in each
// request. Distinct keys are distinct entries of a cache, of either a front
// door or an application.
type Keys struct {
	List     []string // the keys themselves; nil: the numbers from 1 to Count
	Count    int
	Pick     string  // "uniform" (default), "zipf" or "in-turn"
	Exponent float64 // of Zipf's law: the n'th key has a share in proportion to n^-Exponent
}

const (
	maxKeys         = 100_000
	defaultExponent = 1.0
)

// Keys are of characters that no URL and no header escapes, so that a key is
// as long in one as in the other.
var keyForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{1,128}$`)

func (in *input) keys(n *node, path string) *Keys {
	f := in.fields(n, path, "count", "list", "pick", "exponent")
	k := &Keys{Pick: f.choice("pick", "uniform", "zipf", "in-turn")}
	switch {
	case f.has("count") == f.has("list"):
		in.problem(n, "%s: needs count (the numbers from 1) or list (the keys), and not both", path)
	case f.has("count"):
		k.Count = int(f.whole("count", 1, maxKeys))
	default:
		k.List = in.keyList(f.get("list"), f.at("list"))
		k.Count = len(k.List)
	}
	if f.has("exponent") && k.Pick != "zipf" {
		in.problem(f.get("exponent"), "%s: belongs to pick: zipf", f.at("exponent"))
	} else if e, ok := f.scalar("exponent", "a number", integer, float); ok {
		v, err := strconv.ParseFloat(e.text, 64)
		if err != nil || !(v >= 0.01 && v <= 10) {
			f.bad(e, "exponent", "is not an exponent of Zipf's law: write a number from 0.01 to 10")
		}
		k.Exponent = v
	}
	if k.Pick == "zipf" && k.Exponent == 0 {
		k.Exponent = defaultExponent
	}
	return k
}

func (in *input) keyList(n *node, path string) (keys []string) {
	if n == nil {
		return nil
	}
	for i, item := range in.list(n, path, maxKeys) {
		if item.sort == mapping || item.sort == list || !keyForm.MatchString(item.text) {
			in.problem(item, "%s[%d]: %s is not a key: use letters, digits, \"-\", \"_\", \".\" and \"~\", at most 128 of them", path, i, item.quote())
			continue
		}
		keys = append(keys, item.text)
	}
	return keys
}

// placed reports a key space without a place, and a place without keys.
func (in *input) placed(f fields, r *Request) {
	marks := strings.Contains(r.Path, KeyMark)
	for _, values := range r.Header {
		marks = marks || strings.Contains(strings.Join(values, "\n"), KeyMark)
	}
	switch {
	case marks && r.Keys == nil:
		in.problem(f.node, "%shas %q but no keys: add keys: {count: 1000}, or write %%7Bkey%%7D for the characters themselves", f.prefix(), KeyMark)
	case !marks && f.has("keys"):
		in.problem(f.get("keys"), "%s: has no place to go: write %q into the path, the query or a header", f.at("keys"), KeyMark)
	}
}

// A KeyPicker says which key goes into which request. It may be used by any
// number of goroutines.
type KeyPicker struct {
	keys *Keys
	seed uint64
	sums []float64 // Zipf: of the shares up to each key
}

// Picker returns the picker of a key space for a run's seed.
func (k *Keys) Picker(seed uint64) *KeyPicker {
	p := &KeyPicker{keys: k, seed: seed}
	if k.Pick == "zipf" {
		sum := 0.0
		for n := range k.Count {
			sum += math.Pow(float64(n+1), -k.Exponent)
			p.sums = append(p.sums, sum)
		}
	}
	return p
}

// Index is the number of the key in the seq'th request, from 0. It is the same
// at every target, and in every run with the same seed.
func (p *KeyPicker) Index(seq uint64) int {
	n := p.keys.Count
	chance := mix(p.seed, seq)
	switch {
	case p.keys.Pick == "in-turn":
		return int(seq % uint64(n))
	case p.sums != nil:
		at := float64(chance>>11) / (1 << 53) * p.sums[n-1]
		i, _ := slices.BinarySearch(p.sums, math.Nextafter(at, math.Inf(1)))
		return min(i, n-1)
	}
	return int(chance % uint64(n)) // off by less than n in 2^64
}

// Append appends the key of the seq'th request to b.
func (p *KeyPicker) Append(b []byte, seq uint64) []byte {
	i := p.Index(seq)
	if p.keys.List != nil {
		return append(b, p.keys.List[i]...)
	}
	return strconv.AppendInt(b, int64(i)+1, 10)
}
