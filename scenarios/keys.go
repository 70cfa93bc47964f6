package scenarios

import (
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios/values"
)

// oldKeyMark is how the place of a key in a path, a query or a header was written.
const oldKeyMark = "{key}"

// template is the source of the template in a string. Where it was written so, the
// old mark of a key is read, and noted.
func template(v document.Value, old bool) string {
	source := v.Node.Template()
	if !old || !strings.Contains(source, oldKeyMark) {
		return source
	}
	var b strings.Builder
	for i, text := range strings.Split(source, oldKeyMark) {
		if i > 0 && strings.HasSuffix(b.String(), "$") {
			b.WriteString(oldKeyMark) // it is part of ${key}, or of a literal $${key}
		} else if i > 0 {
			b.WriteString(KeyMark)
		}
		b.WriteString(text)
	}
	if b.String() != source {
		v.Note("write %s in place of %s", KeyMark, oldKeyMark)
	}
	return b.String()
}

// TemplateSource is the source of the template in a string that can have an old mark.
func TemplateSource(v document.Value) string {
	if v.Node == nil || v.Type != document.String {
		return v.Str()
	}
	return template(v, true)
}

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
var keyForm = document.Form(`^[A-Za-z0-9._~-]{1,128}$`)

func readKeys(v document.Value) *Keys {
	f := v.Fields("count", "list", "pick", "exponent")
	k := &Keys{Pick: f.Get("pick").Choice("uniform", "zipf", "in-turn")}
	switch {
	case f.Has("count") == f.Has("list"):
		v.Problem("needs count (the numbers from 1) or list (the keys), and not both")
	case f.Has("count"):
		k.Count = int(f.Get("count").Whole(1, maxKeys))
	default:
		k.List = keyList(f.Get("list"))
		k.Count = len(k.List)
	}
	switch e := f.Get("exponent"); {
	case e.Node != nil && k.Pick != "zipf":
		e.Problem("belongs to pick: zipf")
	case e.Node != nil:
		k.Exponent = zipfExponent(e)
	case k.Pick == "zipf":
		k.Exponent = defaultExponent
	}
	return k
}

func zipfExponent(v document.Value) float64 {
	e := v.Number(0, 10)
	if e < 0.01 {
		v.Bad("is not an exponent of Zipf's law: write a number from 0.01 to 10")
	}
	return e
}

func keyList(v document.Value) (keys []string) {
	for _, item := range v.List(maxKeys) {
		if item.Type == document.Mapping || item.Type == document.List || !keyForm().MatchString(item.Node.Text) {
			item.Bad("is not a key: use letters, digits, \"-\", \"_\", \".\" and \"~\", at most 128 of them")
			continue
		}
		keys = append(keys, item.Node.Text)
	}
	return keys
}

// placed reports a key space without a place, and a place without keys.
func (f fields) placed(r *Request) {
	hasKey := func(source string) bool { return slices.Contains(values.Names(source), keyName) }
	marks := hasKey(r.Path) || hasKey(r.URL) || hasKey(string(r.Body))
	for _, all := range r.Header {
		marks = marks || slices.ContainsFunc(all, hasKey)
	}
	marks = marks || r.Message != nil && hasKey(string(r.Message.Body))
	switch {
	case marks && r.Keys == nil:
		f.Problem("has %q but no keys: add keys: {count: 1000}, or write $%s (in a path %%7Bkey%%7D) for the characters themselves", KeyMark, KeyMark)
	case !marks && f.Has("keys"):
		f.Get("keys").Problem("has no place to go: write %q into the path, the query, a header or the body", KeyMark)
	}
}

// A KeyPicker says which key goes into which request. It may be used by any
// number of goroutines.
type KeyPicker struct {
	keys *Keys
	seed uint64
	law  *values.Zipf // nil: keys are not picked by it
}

// Picker returns the picker of a key space for a run's seed.
func (k *Keys) Picker(seed uint64) *KeyPicker {
	p := &KeyPicker{keys: k, seed: seed}
	if k.Pick == "zipf" {
		law := values.NewZipf(k.Count, k.Exponent)
		p.law = &law
	}
	return p
}

// Index is the number of the key in a request, from 0. It is the same at every target,
// and in every run with the same seed.
func (p *KeyPicker) Index(s *values.Sending) int {
	n := uint64(p.keys.Count)
	chance := values.Mix(p.seed, s.Seq)
	switch {
	case p.keys.Pick == "in-turn":
		return int((s.Iteration + uint64(s.Nth)) % n)
	case p.law != nil:
		return p.law.At(chance)
	}
	return int(chance % n) // off by less than n in 2^64
}

// Append appends the key of a request to b.
func (p *KeyPicker) Append(b []byte, s *values.Sending) ([]byte, error) {
	i := p.Index(s)
	if p.keys.List != nil {
		return append(b, p.keys.List[i]...), nil
	}
	return strconv.AppendInt(b, int64(i)+1, 10), nil
}

// Longest is the length of the longest key.
func (p *KeyPicker) Longest() int {
	if p.keys.List == nil {
		return len(strconv.Itoa(p.keys.Count))
	}
	return len(slices.MaxFunc(p.keys.List, func(a, b string) int { return len(a) - len(b) }))
}
